import { stateOfPhase } from '@jobstream/contracts';
import type { JobRecord } from '@jobstream/contracts/records';
import {
  maxEventValueBytes,
  type WebhookEvent,
  type WebhookEventJob,
  type WebhookEventType,
} from '@jobstream/contracts/rest';

/** A record that receivers may hear of. */
export type ToldRecord =
  | Extract<JobRecord, { phase: 'succeeded' | 'cancelled' | 'expired' | 'dead_lettered' }>
  | (Extract<JobRecord, { phase: 'started' | 'progress' }> & { readonly phase: 'progress' });

/** Whether receivers may hear of records like this. */
export function isTold(record: JobRecord): record is ToldRecord {
  return isToldPhase(record.phase);
}

/** The same of the header that says what a record is. */
export function isToldPhase(phase: string | undefined): boolean {
  return phase !== undefined && toldPhases.has(phase);
}

const toldPhases: ReadonlySet<string> = new Set<ToldRecord['phase']>([
  'succeeded',
  'cancelled',
  'expired',
  'dead_lettered',
  'progress',
]);

const typeOf = {
  succeeded: 'job.succeeded',
  cancelled: 'job.cancelled',
  expired: 'job.expired',
  dead_lettered: 'job.dead_lettered',
  progress: 'job.progress',
} as const satisfies Record<ToldRecord['phase'], WebhookEventType>;

/**
 * The event that tells receivers of a record.
 * @param at when the log took the record, in milliseconds since 1970
 * @param leavesOut whether result and progress are left out whatever their size
 */
export function eventOf(record: ToldRecord, at: number, leavesOut = false): WebhookEvent {
  const { value, run, attempt, createdAt } = record;
  const appendedAt = new Date(at).toISOString();
  const finishedAt = finishedAtOf(record, appendedAt);
  const job: WebhookEventJob = {
    id: value.id.toLowerCase(),
    type: value.type,
    queue: value.queue,
    state: stateOfPhase(record.phase),
    run,
    attempt,
    submittedFor: value.submittedFor ?? null,
    createdAt: new Date(createdAt).toISOString(),
    finishedAt,
    ...detailsOf(record, leavesOut),
  };
  return { type: typeOf[record.phase], timestamp: finishedAt ?? appendedAt, data: job };
}

function finishedAtOf(record: ToldRecord, appendedAt: string): string | null {
  switch (record.phase) {
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return new Date(record.value.finishedAt).toISOString();
    case 'dead_lettered':
      return appendedAt;
    case 'progress':
      return null;
  }
}

function detailsOf(record: ToldRecord, leavesOut: boolean): Partial<WebhookEventJob> {
  switch (record.phase) {
    case 'succeeded':
      return fitting('result', record.value.result, leavesOut);
    case 'progress':
      return fitting('progress', record.value.progress, leavesOut);
    case 'dead_lettered': {
      const { code, message } = record.value.error;
      return { error: { code, message }, reason: record.value.reason };
    }
    case 'cancelled':
    case 'expired':
      return {};
  }
}

function fitting(field: 'result' | 'progress', value: unknown, leavesOut: boolean): Partial<WebhookEventJob> {
  if (value === undefined) return {};
  const isCut = leavesOut || Buffer.byteLength(JSON.stringify(value)) > maxEventValueBytes;
  return isCut ? { isCut: true } : { [field]: value };
}
