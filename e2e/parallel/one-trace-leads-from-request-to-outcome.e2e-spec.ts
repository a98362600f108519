import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, traceIdOf } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics } from '@jobstream/testing';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

describe('one trace leads from the request to the log of the handler, the record of the outcome and the status', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform.stop());

  /** The trace ids of a job's records in the log, by phase. */
  async function tracesInTheLog(id: string): Promise<Record<string, string>> {
    const { topics } = platform;
    const records = await readTopics([topics.requests('probe'), topics.retry('probe', 1_000), topics.events]);
    return Object.fromEntries(
      records.flatMap(({ value, headers }) => {
        const record = decodeRecord(value, headers);
        if ('fault' in record || record.value.id !== id) return [];
        return [[record.phase, traceIdOf(id, record.traceparent)]];
      }),
    );
  }

  async function follow(headers: Record<string, string>): Promise<{ id: string; traces: string[] }> {
    const { body } = await platform.api.submit('probe.run', { failTimes: 1 }, headers);
    const id = body.id as string;
    const atOnce = await platform.api.job(id);
    const job = await platform.api.finished(id);
    expect(job.state).toBe('succeeded');
    const worker = platform.one('probe-worker');
    const logged = (message: string) => worker.logged((line) => line.msg === message && line.job === id);
    const { trace: started } = await logged('attempt started');
    const { trace: ended } = await logged('attempt ended');
    const inTheLog = await eventually(() => tracesInTheLog(id));
    expect(Object.keys(inTheLog).sort()).toEqual(['queued', 'retrying', 'succeeded']);
    return {
      id,
      traces: [atOnce.traceId, job.traceId, started, ended, ...Object.values(inTheLog)] as string[],
    };
  }

  it('the one that the request brought', async () => {
    const { traces } = await follow({ traceparent });
    expect(new Set(traces)).toEqual(new Set([traceId]));
    console.log(`${traces.length} places name the trace of the request`);
  });

  it('the job’s own, where the request brought none or one that makes no sense', async () => {
    for (const headers of [{}, { traceparent: '00-nonsense-01' }]) {
      const { id, traces } = await follow(headers as Record<string, string>);
      expect(new Set(traces)).toEqual(new Set([id.replaceAll('-', '')]));
    }
  });
});
