import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform, type JobAnswer, type ServiceProcess } from '@jobstream/testing';

const program = fileURLToPath(new URL('../isolated-worker.mjs', import.meta.url));
const quickJobs = 500;

describe('an isolated handler harms only its attempt', () => {
  let platform: Platform;
  let worker: ServiceProcess;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 }, publishesTypes: false });
    worker = await platform.launchProgram('isolation', program);
  });
  afterAll(() => platform?.stop());

  const childrenStarted = () =>
    worker.log.filter(({ msg, type }) => msg === 'attempt started' && type === 'isolation.quick').length;

  it('that spins, fills its memory or faults, beside quick jobs that are not delayed', async () => {
    const { api } = platform;
    const cases = [
      ['isolation.process.spin', undefined, 'timeout'],
      ['isolation.process', 'leak', 'out_of_memory'],
      ['isolation.process', 'fault', 'crashed'],
      ['isolation.thread.spin', undefined, 'timeout'],
      ['isolation.thread', 'leak', 'out_of_memory'],
    ] as const;
    const bad = await Promise.all(cases.map(([type, how]) => api.submitted(type, { how })));
    const items = Array.from({ length: quickJobs }, () => ({ type: 'isolation.quick', payload: {} }));
    const { body: batch } = await api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const quickEnds = await Promise.all(batch.items.map(({ id }) => api.finished(id)));
    for (const end of quickEnds) expect(end).toMatchObject({ state: 'succeeded', attempt: 1 });

    const ends = await Promise.all(bad.map((id) => api.finished(id)));
    expect(ends.map(({ type, state, error }) => [type, state, error!.code])).toEqual(
      cases.map(([type, , code]) => [type, 'dead_lettered', code]),
    );
    expect(ends[2]!.error!.message).toContain('SIGSEGV');
    const finishedAt = ({ finishedAt: at }: JobAnswer) => Date.parse(at as string);
    expect(Math.max(...quickEnds.map(finishedAt))).toBeLessThan(finishedAt(ends[0]!));
    expect(worker.alive).toBe(true);
    const named = worker.log
      .filter(({ msg }) => msg.includes('blocked'))
      .flatMap(({ job, jobs }) => [job, jobs].flat());
    for (const id of bad) expect(named).not.toContain(id);
  });

  it.each([
    ['isolation.process', false],
    ['isolation.thread', true],
  ])(
    '%s: one that returns has its result, its progress and its children as any other',
    async (type, isThread) => {
      const { api } = platform;
      const before = childrenStarted();
      const first = await api.finished(await api.submitted(type, { how: 'return' }));
      const second = await api.finished(await api.submitted(type, { how: 'return' }));
      expect(first).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(first.result!.pid === worker.pid).toBe(isThread);
      expect(first.result!.threadId === 0).toBe(!isThread);
      // The same process or thread, used again.
      expect(second.result).toEqual(first.result);
      await worker.logged(() => childrenStarted() === before + 2);
    },
  );
});
