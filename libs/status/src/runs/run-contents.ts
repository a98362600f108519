import { decodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { JobId } from '@jobstream/contracts';
import type { RecordPlace, RunView } from '@jobstream/contracts/rest';
import { KafkaRequestError, type LogReader } from '@jobstream/kafka';
import type { JobRow } from '@jobstream/projection';
import type { RunFacts } from './run-facts.js';

/** Payload and result of a run. */
export interface RunContents extends Pick<RunView, 'payload' | 'result' | 'missing'> {
  /** About how many bytes they are. */
  readonly bytes: number;
}

/** Contents that nobody asked for. */
export const noContents: RunContents = { payload: null, result: null, missing: [], bytes: 0 };

/** Reads payloads and results of runs: of the newest run they are in the job's row, of the others in the log. */
export class RunContentReader {
  constructor(private readonly log: Pick<LogReader, 'read'>) {}

  /** @throws KafkaRequestError, and what a connection fails with */
  async read(facts: RunFacts, now: JobRow): Promise<RunContents> {
    if (facts.run === now.run && now.maxAttempts !== null) return ofRow(now);
    const request = facts.request ?? (facts.state === 'dead_lettered' ? facts.outcome : null);
    const isEnd = facts.state === 'succeeded';
    const asked = await this.find(request, now.id, facts.run);
    const ended = isEnd ? await this.find(facts.outcome, now.id, facts.run) : undefined;
    const payload = fieldOf(asked, 'payload');
    const result = fieldOf(ended, 'result');
    return {
      payload: payload ?? null,
      result: result ?? null,
      missing: [
        ...(payload === undefined ? (['payload'] as const) : []),
        ...(isEnd && result === undefined ? (['result'] as const) : []),
      ],
      bytes: (asked?.bytes ?? 0) + (ended?.bytes ?? 0),
    };
  }

  /** The record at a place; undefined where the log has no record of this run there any more. */
  private async find(place: RecordPlace | null, id: JobId, run: number): Promise<FoundRecord | undefined> {
    if (place === null) return undefined;
    const { offset } = place;
    const slice = await this.log.read(place, offset, offset + 1).catch((error: unknown) => {
      if (error instanceof KafkaRequestError && gone.has(error.brokerError)) return undefined;
      throw error;
    });
    const found = slice?.records[0];
    if (found === undefined) return undefined;
    const record = decodeRecord(found.value, found.headers);
    // The topic may have been made anew.
    if ('fault' in record || record.run !== run || record.value.id.toLowerCase() !== id) return undefined;
    return { record, bytes: found.value?.length ?? 0 };
  }
}

interface FoundRecord {
  readonly record: JobRecord;
  readonly bytes: number;
}

/** Undefined where the record has no such field. */
function fieldOf(found: FoundRecord | undefined, field: 'payload' | 'result'): unknown {
  return (found?.record.value as Partial<Record<typeof field, unknown>> | undefined)?.[field];
}

/** What the broker says of a record that is not there, or that cannot be read. */
const gone: ReadonlySet<string> = new Set([
  'OFFSET_OUT_OF_RANGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNREADABLE_BATCH',
]);

function ofRow({ payload, result }: JobRow): RunContents {
  const bytes = JSON.stringify(payload).length + (JSON.stringify(result) ?? '').length;
  return { payload, result, missing: [], bytes };
}
