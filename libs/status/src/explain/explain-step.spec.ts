import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { jobExplanationSchema, maxNamed } from '@jobstream/contracts/rest';
import type { AwaitedStep, UnstartedStep } from '@jobstream/flows';
import { explainStep } from './explain-step.js';

const [jobId, flowId] = [newJobId(), newJobId()];
const waiting: UnstartedStep = {
  jobId,
  flowId,
  flowState: 'running',
  name: 'bind',
  state: 'waiting',
  run: 1,
  waits: 2,
  error: null,
  restUntil: null,
};
const before = (name: string, more: Partial<AwaitedStep> = {}): AwaitedStep => {
  return { name, jobId: newJobId(), state: 'started', error: null, ...more };
};
const explain = (more: Partial<UnstartedStep> = {}, reasons: readonly AwaitedStep[] = []) =>
  jobExplanationSchema.parse(explainStep({ ...waiting, ...more }, reasons));

describe('the explanation of a job of a flow that has not started', () => {
  it('names the flow, and the jobs that it waits for', () => {
    const [left, right] = [before('left'), before('right', { state: 'ready' })];
    expect(explain({}, [left, right])).toMatchObject({
      id: jobId,
      run: 1,
      state: null,
      verdict: `It waits for this. The end of 2 jobs of its flow ${flowId}: left (started), right (ready).`,
      cause: {
        code: 'flow',
        jobs: [left.jobId, right.jobId],
        remedy: expect.stringContaining(`POST /v1/flows/${flowId}/cancel`),
        flow: {
          id: flowId,
          state: 'running',
          name: 'bind',
          standing: 'waiting',
          waits: 2,
          waitsFor: [
            { name: 'left', id: left.jobId, state: 'started' },
            { name: 'right', id: right.jobId, state: 'ready' },
          ],
        },
      },
      behind: [],
    });
  });

  it('names the first of thousands and counts the others', () => {
    const reasons = Array.from({ length: maxNamed }, (_, nth) => before(`page-${nth}`));
    const { cause } = explain({ waits: 9_999 }, reasons);
    expect(cause!.text).toMatch(/page-19 \(started\), and 9979 more\.$/);
    expect(cause!.flow).toMatchObject({ waits: 9_999 });
  });

  it('counts what it waits for also where that ended while it was looked for', () => {
    expect(explain({ waits: 1 }).cause!.text).toBe(`The end of 1 job of its flow ${flowId}.`);
  });

  it('names the scheduler once nothing is left before it, and the refusal of its topic', () => {
    const ready = explain({ state: 'ready', waits: 0 });
    expect(ready.cause).toMatchObject({ text: expect.stringContaining('A scheduler'), until: null });
    const restUntil = new Date('2026-01-01T00:00:05.000Z');
    expect(explain({ state: 'ready', waits: 0, restUntil }).cause).toMatchObject({
      text: expect.stringContaining('refused'),
      until: restUntil.toISOString(),
    });
  });

  it('says that it does not start any more, which failure is why, and that a replay of the flow starts it', () => {
    const failed = before('import', { state: 'failed', error: { code: 'no_disk', message: 'Full.' } });
    const { verdict, cause, start } = explain({ state: 'cancelled', flowState: 'failed' }, [failed]);
    expect(verdict).toBe(
      `It does not start. Its flow ${flowId} cancelled it, because of jobs that did not succeed: import (failed, no_disk).`,
    );
    expect(cause).toMatchObject({
      jobs: [failed.jobId],
      flow: { standing: 'cancelled', waits: 0 },
      remedy: `Mend the cause, then replay the flow: POST /v1/flows/${flowId}/replay starts all of it again that did not succeed.`,
    });
    expect(start.why).toContain('unless its flow is replayed');
  });

  it('asks to wait for the end of a flow that still runs before its replay', () => {
    expect(explain({ state: 'cancelled', flowState: 'failing' }).cause!.remedy).toMatch(/^Wait for the end/);
  });

  it('says that the flow was cancelled where no job failed', () => {
    expect(explain({ state: 'cancelled', flowState: 'cancelled' }).verdict).toContain(
      'was cancelled before its turn',
    );
  });

  it('says why it could not be put into its queue', () => {
    const error = { code: 'item_too_large', message: 'Too large.' };
    expect(explain({ state: 'failed', flowState: 'failed', error }).cause!.text).toContain(
      'item_too_large: Too large.',
    );
  });
});
