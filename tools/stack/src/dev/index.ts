export { runDev } from './dev.js';
export type { DevOptions } from './dev.js';
export { explainStartFailure } from '../start-failure.js';
