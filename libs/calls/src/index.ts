// Signed calls to the servers of others: sending them, what follows from an answer, and keeping calls from a server that fails.
export {
  decideCall,
  type AnswerBody,
  type CallEnding,
  type CallError,
  type CallVerdict,
} from './call-ending.js';
export { callSettings } from './call-settings.js';
export { CallSender, type Call, type CallSenderOptions } from './call-sender.js';
export { Circuit, healthOf, type CircuitOptions, type CircuitPass, type ServerHealth } from './circuit.js';
export { EndpointError } from './endpoint-error.js';
export { readResult } from './result.js';
