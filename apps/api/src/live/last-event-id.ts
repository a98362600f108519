import { LogPosition } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/**
 * The position that a client of a stream has seen; nothing when it begins.
 * @param header its `Last-Event-ID`
 * @throws ProblemError `invalid_request`
 */
export function readLastEventId(header: string | string[] | undefined): LogPosition {
  if (header === undefined || header === '') return new LogPosition();
  const position = typeof header === 'string' ? LogPosition.parse(header) : undefined;
  if (position) return position;
  throw new ProblemError('invalid_request', 'Take the `Last-Event-ID` from the stream, as it was.');
}
