import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobstreamClient, type JobEvent } from '@jobstream/client';
import { maxLogBytes, maxLogLines } from '@jobstream/contracts';
import { jobLogPageSchema, type JobLogLine, type JobLogPage } from '@jobstream/contracts/rest';
import { eventually, Platform, readStream, readTopics, type SentEvent } from '@jobstream/testing';

const flood = 100_000;

describe('a hundred thousand log lines', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  async function page(id: string, query = ''): Promise<JobLogPage> {
    const { status, body } = await platform.api.get(`/v1/jobs/${id}/logs${query}`);
    expect(status).toBe(200);
    return jobLogPageSchema.parse(body);
  }

  /** Every line, read in pages of 300. */
  async function allLines(id: string): Promise<JobLogLine[]> {
    const lines: JobLogLine[] = [];
    for (let query = '?limit=300'; ;) {
      const { items, next } = await page(id, query);
      lines.push(...items);
      if (next === null) return lines;
      query = `?limit=300&after=${next}`;
    }
  }

  it('of one job are bounded, it is told how many were left out, and other jobs go on beside it', async () => {
    const id = await platform.api.submitted('probe.run', { logLines: flood });
    await eventually(async () => expect((await page(id)).items.length).toBeGreaterThan(0));
    const quick = await Promise.all(
      Array.from({ length: 20 }, () => platform.api.submitted('probe.run', { logLines: 2 })),
    );
    const ended = await Promise.all(quick.map((each) => platform.api.finished(each)));
    const flooding = await platform.api.finished(id);
    expect(flooding.state).toBe('succeeded');
    const waitedMs = ended.map(
      ({ startedAt, createdAt }) => Date.parse(startedAt as string) - Date.parse(createdAt as string),
    );
    console.log(
      `20 jobs beside ${flood} lines waited ${Math.max(...waitedMs)} ms at most; the lines took ${Date.parse(flooding.finishedAt as string) - Date.parse(flooding.startedAt as string)} ms`,
    );
    for (const { state, finishedAt } of ended) {
      expect(state).toBe('succeeded');
      expect(Date.parse(finishedAt as string)).toBeLessThan(Date.parse(flooding.finishedAt as string));
    }

    const lines = await eventually(async () => {
      const seen = await allLines(id);
      expect(seen.at(-1)!.leftOut).not.toBeNull();
      return seen;
    });
    const kept = lines.slice(0, -1);
    expect(kept.map(({ message }) => message)).toEqual(kept.map((_, at) => `line ${at + 1} of ${flood}`));
    expect(kept.length).toBeLessThanOrEqual(maxLogLines);
    expect(kept.length).toBeGreaterThan(maxLogLines / 2);
    expect(lines.at(-1)).toMatchObject({ leftOut: flood - kept.length, level: 'warn' });
    const records = await readTopics([platform.topics.logs]);
    const ofFlood = records.filter(({ key }) => key?.toString() === id);
    expect(ofFlood.reduce((sum, { value }) => sum + value!.length, 0)).toBeLessThan(maxLogBytes * 1.2);
    expect(ofFlood.length).toBeLessThan(20);
    for (const each of quick) expect((await page(each)).items).toHaveLength(2);
  });

  it('are told once to a client whose stream is dropped and resumed', async () => {
    const id = await platform.api.submitted('probe.run', { logLines: 40_000 });
    const url = `${platform.api.url}/v1/jobs/${id}/stream`;
    const isLogs = ({ event }: SentEvent) => event === 'logs';
    const first = await readStream(url, undefined, (events) => events.some(isLogs));
    const rest = await readStream(url, first.events.find(isLogs)!.id);
    expect(rest.events.at(-1)!.event).toBe('end');
    const idsIn = ({ events }: { events: readonly SentEvent[] }) =>
      events.filter(isLogs).flatMap(({ data }) => (data as unknown as JobLogLine[]).map((line) => line.id));
    const told = [...idsIn(first), ...idsIn(rest)];
    const all = (await allLines(id)).map((line) => line.id);
    expect(told).toEqual(all.slice(0, told.length));
    expect(told.length).toBeGreaterThan(100);
  });

  it('or a few are told in the stream of their job, and by run and attempt', async () => {
    const id = await platform.api.submitted('probe.run', { sleepMs: 500, logLines: 3, failTimes: 1 });
    const events: JobEvent[] = [];
    for await (const event of new JobstreamClient({ url: platform.api.url }).follow(id)) events.push(event);
    const told = events.flatMap((event) => (event.kind === 'logs' ? event.lines : []));
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(new Set(told.map((line) => line.id)).size).toBe(told.length);
    const lines = await eventually(async () => {
      const { items } = await page(id);
      expect(items).toHaveLength(6);
      return items;
    });
    expect(lines.map(({ run, attempt, message }) => [run, attempt, message])).toEqual(
      [1, 2].flatMap((attempt) => [1, 2, 3].map((line) => [1, attempt, `line ${line} of 3`])),
    );
    expect((await page(id, '?attempt=2')).items).toEqual(lines.slice(3));
    expect((await page(id, '?run=2')).items).toEqual([]);
    expect((await page(id, `?after=${lines[1]!.id}&limit=2`)).items).toEqual(lines.slice(2, 4));
    expect(await platform.api.get(`/v1/jobs/${id}/logs?after=x`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/after' }] },
    });
  });
});
