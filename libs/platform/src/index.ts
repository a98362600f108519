// One composition root: what every process is given, how it starts and in which order it stops.
export { NestErrors, rootModule, startService } from './application.js';
export { PlatformModule, type PlatformOptions } from './platform.module.js';
export { Preparation } from './preparation.js';
export { provide, provideFrom } from './provide.js';
export {
  contextToken,
  databaseSettingsToken,
  loggerToken,
  tokenOf,
  topicPlanToken,
  type NamedToken,
  type Token,
} from './tokens.js';
