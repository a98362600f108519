// Pure decisions about jobs: outcomes, retries, states, schedules. No IO, no clock.
export { describeError, shorten } from './job-error.js';
export {
  decideOutcome,
  maxWaitInPlaceMs,
  type AttemptEnding,
  type AttemptFacts,
  type Outcome,
  type RetryWish,
} from './outcome.js';
export { isDoomed, maxOwnDeaths, maxOwnerDeaths } from './owner-deaths.js';
export { describeCrash, type ProcessDeath } from './process-death.js';
export { laneFor, retryDelay } from './retry-policy.js';
export { parsePosition, positionOf, type Coordinates, type Position } from './coordinates.js';
export { clean, foldRecord } from './fold-record.js';
export {
  deliveriesOf,
  mergeFolds,
  maxStarts,
  type JobFold,
  type JobOrigin,
  type JsonText,
  type RunOutcome,
  type RunRequest,
  type StartEntry,
} from './fold.js';
export { maxPastEntries, parsePlainEntry, type PlainEntry, type PlainRecord } from './plain-record.js';
export { belongsOn, lowestEndRank, rankOf, queuedAttempt, type Rank } from './record-rank.js';
export {
  goesFarther,
  orderHistory,
  standingOf,
  transitionOf,
  type Standing,
  type Step,
  type Transition,
} from './transition.js';
export { faultsOfTiming, type Timing, type TimingFault } from './timing.js';
export { clockChangesOf, type ClockChange, type ClockChangeEffect } from './clock-changes.js';
export { writeLocalTime } from './local-time.js';
export {
  dueOccurrences,
  misfireGraceMs,
  nextOccurrence,
  nextOccurrences,
  type DueOccurrences,
  type MisfirePolicy,
} from './due-occurrences.js';
