import { priorities } from '../job-definition.js';
import { jobStates } from '../job-state.js';
import { deadLetterReasons } from '../records/dead-letter-reason.js';

/** How the values of a field are written. */
export type FilterKind = 'word' | 'text' | 'number' | 'took' | 'time' | 'id';

/** A field that a filter can name. */
export interface FilterFieldRule {
  readonly kind: FilterKind;
  /** The only words that it knows. */
  readonly words?: readonly string[];
  /** For people who write a filter: what it means. */
  readonly means: string;
}

/** The fields of the filter language, in the order in which they are offered. `payload` takes a path: `payload.imageId`. */
export const filterFields = {
  state: { kind: 'word', words: jobStates, means: 'state of the job' },
  queue: { kind: 'text', means: 'queue' },
  type: { kind: 'text', means: 'job type' },
  error: { kind: 'text', means: 'code of its error' },
  message: { kind: 'text', means: 'message of its error' },
  group: { kind: 'text', means: 'group of its error' },
  reason: { kind: 'word', words: deadLetterReasons, means: 'why it was dead-lettered' },
  for: { kind: 'text', means: 'for whom it was submitted' },
  key: { kind: 'text', means: 'ordering key' },
  priority: { kind: 'word', words: priorities, means: 'priority' },
  payload: { kind: 'text', means: 'a field of its payload' },
  run: { kind: 'number', means: 'number of its run' },
  attempt: { kind: 'number', means: 'number of its attempt' },
  took: { kind: 'took', means: 'time from the start of its last attempt to the end' },
  since: { kind: 'time', means: 'created at this time or later' },
  until: { kind: 'time', means: 'created before this time' },
  id: { kind: 'id', means: 'its id' },
  parent: { kind: 'id', means: 'the job whose handler made it' },
  flow: { kind: 'id', means: 'the flow that it is a step of' },
  replay: { kind: 'id', means: 'the replay that made a run of it' },
} as const satisfies Readonly<Record<string, FilterFieldRule>>;

/** A field of the filter language. */
export type FilterField = keyof typeof filterFields;

/** Whether a text names a field. */
export function isFilterField(text: string): text is FilterField {
  return Object.hasOwn(filterFields, text);
}
