import { isFinal, stateOfPhase, type JobState } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import type { FlowRequest, FlowView } from '@jobstream/contracts/rest';
import { eventually, readTopics, type Platform } from '@jobstream/testing';

/** What the log says of one run of a job. Times are the brokers', in milliseconds since 1970. */
interface LoggedRun {
  readonly job: string;
  readonly run: number;
  /** When its first request was taken. */
  readonly requestedAt: number;
  /** The distinct ends, and when the first was taken. */
  readonly ends: ReadonlySet<JobState>;
  readonly endedAt: number;
}

/** Submits a flow of `probe.run`; it has to be accepted. */
export async function submitFlow(platform: Platform, flow: FlowRequest): Promise<string> {
  const { status, body } = await platform.api.post('/v1/flows', flow);
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.id as string;
}

/** The flow once it has ended. */
export function endedFlow(platform: Platform, id: string, timeoutMs = 60_000): Promise<FlowView> {
  return eventually(
    async () => {
      const { body } = await platform.api.get<FlowView>(`/v1/flows/${id}`);
      if (body.finishedAt === null) throw new Error(`${body.state} ${JSON.stringify(body.progress)}`);
      return body;
    },
    { timeoutMs, everyMs: 200 },
  );
}

/** The runs of the jobs of a flow, as the log has them, by job and run. */
export async function loggedRuns({ topics }: Platform, flow: FlowView): Promise<LoggedRun[]> {
  const jobs = new Set(flow.jobs.map(({ id }) => id));
  const runs = new Map<
    string,
    { job: string; run: number; requestedAt: number; endedAt: number; ends: Set<JobState> }
  >();
  const records = await readTopics([topics.requests('probe'), topics.events, topics.deadLetters('probe')]);
  for (const { value, headers, timestamp } of records) {
    const record = decodeRecord(value, headers);
    if ('fault' in record) throw new Error(record.detail);
    const { id } = record.value;
    if (!jobs.has(id)) continue;
    const key = `${id}/${record.run}`;
    const logged = runs.get(key) ?? {
      job: id,
      run: record.run,
      requestedAt: Infinity,
      endedAt: Infinity,
      ends: new Set(),
    };
    runs.set(key, logged);
    const state = stateOfPhase(record.phase);
    if (record.phase === 'queued') logged.requestedAt = Math.min(logged.requestedAt, timestamp);
    if (!isFinal(state)) continue;
    logged.ends.add(state);
    logged.endedAt = Math.min(logged.endedAt, timestamp);
  }
  return [...runs.values()];
}

/** The jobs that were requested before a job had ended that they wait for. */
export function startedTooEarly(flow: FlowView, runs: readonly LoggedRun[]): string[] {
  const byJob = new Map(runs.map((run) => [run.job, run]));
  const byName = new Map(flow.jobs.map((job) => [job.name, byJob.get(job.id)!]));
  return flow.jobs
    .filter(({ name, after }) => {
      const { requestedAt } = byName.get(name)!;
      return after.some((awaited) => requestedAt < byName.get(awaited)!.endedAt);
    })
    .map(({ name }) => name);
}

/** One job, then `width` side by side, then one that is told how all of them ended. */
export function fanOf(width: number, payload: object): FlowRequest {
  const middle = Array.from({ length: width }, (_, nth) => `middle-${nth}`);
  const jobs: FlowRequest['jobs'] = [
    { name: 'first', type: 'probe.run', payload: { ...payload, note: 'first' } },
    ...middle.map((name) => ({
      name,
      type: 'probe.run',
      payload: { ...payload, note: { $result: 'first.note' } },
    })),
    { name: 'last', type: 'probe.run', payload: { told: { $outcomes: true } }, after: middle },
  ];
  return { jobs };
}

/** Levels of two side by side between one and the next. */
export function diamondOf(levels: number, payload: object): FlowRequest {
  const job = (name: string, after: string[]) => ({ name, type: 'probe.run', payload, after });
  const jobs = Array.from({ length: levels }, (_, level) => [
    job(`left-${level}`, [`join-${level}`]),
    job(`right-${level}`, [`join-${level}`]),
    job(`join-${level + 1}`, [`left-${level}`, `right-${level}`]),
  ]);
  return { jobs: [job('join-0', []), ...jobs.flat()] };
}
