// Handles on the real broker, database and services, for tests.
export { ApiClient, type Answer, type JobAnswer } from './api/api-client.js';
export { folderWith, usePythonClient, useTypeScriptClient, type PythonClient } from './api/client-makers.js';
export { ContractServer, type ContractRequest } from './api/contract-server.js';
export { readStream, type SentEvent } from './api/event-stream.js';
export { makeFirstApiKey } from './api/first-api-key.js';
export { connectToBroker, readTopics, writeRecords } from './broker/broker-access.js';
export { giveBrokerRights } from './broker/broker-rights.js';
export { produceByConsole } from './broker/console-producer.js';
export { randomNamespace, stackAddress } from './broker/namespace.js';
export { publishJobTypes } from './broker/publish-job-types.js';
export {
  ConsoleBrowser,
  type AxeFault,
  type PageFaults,
  type SentRequest,
  type Slowness,
  type VisitedPage,
  type Visitor,
} from './browser/console-browser.js';
export { DatabaseProxy } from './database/database-proxy.js';
export { HostileDatabase } from './database/hostile-database.js';
export { freePort } from './processes/free-port.js';
export { InstalledFolder } from './processes/installed-folder.js';
export { OwnS3 } from './processes/own-s3.js';
export { OwnStack, type BrokerSettings } from './processes/own-stack.js';
export { Platform, type PlatformOptions } from './processes/platform.js';
export { processContext } from './processes/process-context.js';
export { PythonServer, type PythonServerOptions } from './processes/python-server.js';
export { Python, whyNoPython } from './processes/python.js';
export { leftBehind, ServiceProcess, type LogLine } from './processes/service-process.js';
export { asTurnedAnimation, drawText, onPaper, onScreen, type TextBlock } from './drawn-page.js';
export { eventually, type Patience } from './eventually.js';
export { StallWatch } from './stall-watch.js';
