import type { AuditEntry } from '@jobstream/contracts/rest';

/** An entry as it is noted: Postgres' clock dates it. */
export type NotedEntry = Omit<AuditEntry, 'at'>;
