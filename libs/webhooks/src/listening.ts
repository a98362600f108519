import { isFinal, stateOfPhase, type FinalState, type JobId } from '@jobstream/contracts';
import type { JobRecord } from '@jobstream/contracts/records';

/** What a webhook hears of. Null: whatever it is. */
export interface ListeningWebhook {
  readonly id: JobId;
  readonly types: readonly string[] | null;
  readonly states: readonly FinalState[] | null;
  readonly submittedFor: string | null;
  readonly progress: boolean;
  /** It hears of no record that the log took before: milliseconds since 1970, by the brokers' clock. */
  readonly heardFrom: number;
}

/** The webhooks that hear of jobs, by what they hear of: a record costs only those that name its type, or name none. */
export class Listening {
  private readonly ofAllTypes: ListeningWebhook[] = [];
  private readonly ofType = new Map<string, ListeningWebhook[]>();

  constructor(webhooks: readonly ListeningWebhook[]) {
    for (const webhook of webhooks) {
      if (webhook.types === null) this.ofAllTypes.push(webhook);
      for (const type of new Set(webhook.types ?? [])) {
        const known = this.ofType.get(type);
        if (known) known.push(webhook);
        else this.ofType.set(type, [webhook]);
      }
    }
  }

  /** Whether no record is of interest. */
  get isEmpty(): boolean {
    return this.ofAllTypes.length === 0 && this.ofType.size === 0;
  }

  /** The webhooks that hear of a record. @param at when the log took it, in milliseconds since 1970 */
  receiversOf(record: JobRecord, at: number): JobId[] {
    const candidates = [...this.ofAllTypes, ...(this.ofType.get(record.value.type) ?? [])];
    return candidates.filter((webhook) => hears(webhook, record, at)).map(({ id }) => id);
  }
}

function hears(
  { states, submittedFor, progress, heardFrom }: ListeningWebhook,
  { phase, value }: JobRecord,
  at: number,
): boolean {
  if (at < heardFrom) return false;
  if (submittedFor !== null && submittedFor !== value.submittedFor) return false;
  if (phase === 'progress') return progress;
  const state = stateOfPhase(phase);
  return isFinal(state) && (states === null || states.includes(state));
}
