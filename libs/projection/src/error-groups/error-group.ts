import { createHash } from 'node:crypto';
import type { JobError } from '@jobstream/contracts/records';
import { shapeOfMessage } from './message-shape.js';
import { ownFrameOf } from './own-frame.js';

const idLength = 16;
/** The ids of groups of what found no room in a group of its own: these, then two digits from the type. */
const otherPrefix = '0'.repeat(idLength - 2);

/**
 * The id of the group that an error belongs to: 16 hex digits from the job's type, the code, the message without what differs from job to
 * job, and the first frame of the stack that is of the job's own code. The same for the same error, today and in a rebuild.
 */
export function errorGroupOf(type: string, { code, message, stack }: JobError): string {
  const frame = stack === undefined ? '' : ownFrameOf(stack);
  return digest([type, code, shapeOfMessage(message), frame]);
}

/** The id of the group that counts errors of a type that found no room: one of 256. */
export function otherGroupOf(type: string): string {
  return `${otherPrefix}${digest([type]).slice(0, 2)}`;
}

/** Whether a group counts what found no room: it has no jobs of its own to list. */
export function isOtherGroup(id: string): boolean {
  return id.startsWith(otherPrefix);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, idLength);
}
