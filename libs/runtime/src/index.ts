// Start, configure, log, measure and stop a process.
export type { Clock } from './clock.js';
export { GatheredCalls } from './calls/gathered-calls.js';
export { SharedCall } from './calls/shared-call.js';
export { SharedCalls } from './calls/shared-calls.js';
export { SharedLookup } from './calls/shared-lookup.js';
export { inTime } from './in-time.js';
export { retryUntil, type RetryOptions } from './retry.js';
export {
  ClockWatch,
  noticeableSkewMs,
  type ClockWatchOptions,
  type HeardClock,
  type WatchedClock,
} from './clock-watch.js';
export {
  commonSettings,
  portSetting,
  readSettings,
  SettingsError,
  type CommonSettings,
  type Environment,
} from './settings.js';
export { isLoopback } from './loopback.js';
export {
  OwnHosts,
  protectiveHeaders,
  type HostSettings,
  type RequestSource,
  type SourceRefusal,
} from './own-hosts.js';
export { createLogger, createLoggerTo, type Logger } from './logger.js';
export { createMetrics } from './metrics.js';
export {
  HealthRegistry,
  instanceHeader,
  instanceHeaders,
  summarize,
  type Health,
  type HealthCheck,
  type HealthReport,
  type HealthSummary,
} from './health.js';
export { explainListenError, ListenError } from './listen-error.js';
export { startOpsServer, type OpsServer, type OpsServerOptions } from './ops-server.js';
export { ProcessErrors } from './process-errors.js';
export { runChildProcess, runProcess, type ProcessContext, type StopProcess } from './run-process.js';
