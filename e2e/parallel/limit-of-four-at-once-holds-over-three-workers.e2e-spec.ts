import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobDetail, JobHistory, JobPage, TransitionView } from '@jobstream/contracts/rest';
import { eventually, Platform, StallWatch, type ServiceProcess } from '@jobstream/testing';

const limit = 4;
const jobs = 24;
const sleepMs = 2_000;
const leaseMs = 10_000;

/** An attempt that ran, in milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
}

describe('a limit of four at once holds over three workers', () => {
  let platform: Platform;
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 3 },
      ownRoles: true,
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await watch.stop();
  });

  it('when one of them is killed: never five, and four again within its lease', async () => {
    const { status } = await platform.api.request('PUT', '/v1/queues/probe/limits', {
      body: JSON.stringify({ concurrency: limit }),
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(202);
    const items = Array.from({ length: jobs }, () => ({ type: 'probe.run', payload: { sleepMs } }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const ids = body.items.map(({ id }) => id);

    await eventually(async () => {
      const waiting = (await platform.api.get<JobDetail>(`/v1/jobs/${ids.at(-1)!}`)).body.waitingFor;
      expect(waiting).toMatchObject({ kind: 'limit', text: `The limit of ${limit} at once of probe.` });
    });
    const victim = await eventually(findBusyWorker);
    await victim.crash();
    const killedAt = Date.now();
    const done = await Promise.all(ids.map((id) => platform.api.finished(id)));
    expect(done.every(({ state }) => state === 'succeeded')).toBe(true);
    const histories = await Promise.all(ids.map(async (id) => ({ id, history: await historyOf(id) })));
    const cutOff = histories.flatMap(({ id, history }) =>
      startsOf(history, victim.pid).map((from) => ({ from, to: endedAt(victim, id) ?? killedAt })),
    );
    const spans: Span[] = [
      ...cutOff,
      ...done.map(({ startedAt, finishedAt }) => ({
        from: Date.parse(startedAt as string),
        to: Date.parse(finishedAt as string),
      })),
    ];
    const most = Math.max(...spans.map(({ from }) => countAt(spans, from)));
    const fourAgainAt = Math.min(
      ...spans.map(({ from }) => from).filter((at) => at > killedAt && countAt(spans, at) === limit),
    );
    console.log(
      `${jobs} jobs over three workers, one killed with ${cutOff.length} running: at most ${most} at once, ` +
        `${limit} again ${fourAgainAt - killedAt} ms after the kill`,
    );
    expect(cutOff.length).toBeGreaterThan(0);
    expect(most).toBe(limit);
    expect(fourAgainAt - killedAt - watch.stalledWithin(killedAt, fourAgainAt)).toBeLessThan(leaseMs + 5_000);
  });

  /** A worker that has a job which began within the last moment. */
  async function findBusyWorker(): Promise<ServiceProcess> {
    const { body } = await platform.api.get<JobPage>('/v1/jobs?state=running');
    const [fresh] = body.items.filter(({ startedAt }) => Date.now() - Date.parse(startedAt!) < sleepMs / 2);
    if (!fresh) throw new Error('Nothing has begun just now.');
    const { items } = await historyOf(fresh.id);
    const busy = platform.all('probe-worker').find(({ pid }) => isOf(pid, items.at(-1)!));
    if (!busy) throw new Error('It has ended already.');
    return busy;
  }

  const historyOf = async (id: string) => (await platform.api.get<JobHistory>(`/v1/jobs/${id}/history`)).body;
});

function isOf(pid: number, { worker }: TransitionView): boolean {
  return worker?.includes(`-${pid}-`) ?? false;
}

/** When the killed process started the job, where it did not end it. */
function startsOf({ items }: JobHistory, pid: number): number[] {
  const own = items.filter((item) => isOf(pid, item));
  return own.some(({ state }) => state === 'succeeded')
    ? []
    : own.map(({ startedAt }) => Date.parse(startedAt!));
}

/** When the process had ended a job of which the log has no end; undefined where it ran until the kill. */
function endedAt({ log }: ServiceProcess, id: string): number | undefined {
  const line = log.find(({ msg, job }) => msg === 'attempt ended' && job === id);
  return line && Date.parse(line.time);
}

function countAt(spans: readonly Span[], at: number): number {
  return spans.filter(({ from, to }) => from <= at && at < to).length;
}
