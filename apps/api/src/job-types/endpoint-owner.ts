import { isGranted } from '@jobstream/contracts/rest';
import type { JobTypeRecord } from '@jobstream/contracts/records';
import type { Caller } from '../access/key-ring.js';

/** The owner of the types with an endpoint that are put with a key; `endpoint:anyone` where no key is needed. */
export function endpointOwnerOf(caller: Caller | null): JobTypeRecord['owner'] {
  return `endpoint:${caller?.owner ?? 'anyone'}`;
}

/** Whether a key may delete a type: one with an endpoint belongs to its owner, and to those who may do everything. */
export function mayDelete({ endpoint, owner }: JobTypeRecord, caller: Caller | null): boolean {
  const isOthers = endpoint !== undefined && owner !== endpointOwnerOf(caller);
  return !isOthers || caller === null || isGranted(caller.scopes, 'admin');
}
