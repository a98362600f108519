// Handles on the real broker, database and services, for tests.
export { ApiClient, type Answer, type JobAnswer } from './api-client.js';
export {
  folderWith,
  usePythonClient,
  useTypeScriptClient,
  whyNoPython,
  type PythonClient,
} from './client-makers.js';
export { giveBrokerRights } from './broker-rights.js';
export { ContractServer, type ContractRequest } from './contract-server.js';
export { connectToBroker, readTopics, writeRecords } from './broker-access.js';
export { DatabaseProxy } from './database-proxy.js';
export { asTurnedAnimation, drawText, onPaper, onScreen, type TextBlock } from './drawn-page.js';
export { eventually, type Patience } from './eventually.js';
export { readStream, type SentEvent } from './event-stream.js';
export { InstalledFolder } from './installed-folder.js';
export { makeFirstApiKey } from './first-api-key.js';
export { HostileDatabase } from './hostile-database.js';
export { publishJobTypes } from './publish-job-types.js';
export { randomNamespace, stackAddress } from './namespace.js';
export { OwnS3 } from './own-s3.js';
export { OwnStack, type BrokerSettings } from './own-stack.js';
export { Platform, type PlatformOptions } from './platform.js';
export { processContext } from './process-context.js';
export { leftBehind, ServiceProcess, type LogLine } from './service-process.js';
export { StallWatch } from './stall-watch.js';
export { freePort } from './free-port.js';
