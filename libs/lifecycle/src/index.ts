// Pure decisions about jobs. No IO, no clock.
export { describeError, shorten } from './job-error.js';
export {
  decideOutcome,
  type AttemptEnding,
  type AttemptFacts,
  type Outcome,
  type RetryWish,
} from './outcome.js';
export { laneFor, retryDelay } from './retry-policy.js';
