import { setTimeout as sleep } from 'node:timers/promises';
import {
  type HandlerOf,
  type JobContext,
  NonRetryableError,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { probeRun } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { countCrash } from './crash-count.js';

type Probe = typeof probeRun;

const linesAtOnce = 1_000;
const logPauseMs = 50;
const burnScript = new URL('./burn.thread.js', import.meta.url);

/** Does what the payload says, in this order: sleep, burn, log, enqueue, fail or return. */
@JobHandler(probeRun)
export class ProbeHandler implements HandlerOf<Probe> {
  async handle(payload: PayloadOf<Probe>, context: JobContext<Probe>): Promise<ResultOf<Probe>> {
    const { sleepMs, cpuMs, outputBytes, note } = payload;
    const sleptMs =
      sleepMs > 0 ? await timed(() => sleep(sleepMs, undefined, { signal: context.signal })) : 0;
    const burntMs = cpuMs > 0 ? await context.runInThread<number>({ script: burnScript, input: cpuMs }) : 0;
    // Asking for the signal makes an AbortController, which costs a job that does nothing a tenth of its time.
    if (payload.logLines > 0) await logLines(payload.logLines, context);
    const enqueued = enqueue(payload, context);
    await failWhereAsked(payload, context);
    return {
      attempt: context.attempt,
      sleptMs,
      cpuMs: burntMs,
      output: 'x'.repeat(outputBytes),
      ...enqueued,
      note,
    };
  }
}

function enqueue(
  { fanOut, gather, childKey, sleepMs, note }: PayloadOf<Probe>,
  context: JobContext<Probe>,
): Pick<ResultOf<Probe>, 'children' | 'flow'> {
  if (fanOut === 0) return {};
  const payload = note === undefined ? {} : { note };
  if (!gather) {
    const child = childKey === undefined ? payload : { ...payload, sleepMs };
    const options = childKey === undefined ? {} : { unique: { key: childKey } };
    return { children: Array.from({ length: fanOut }, () => context.enqueue(probeRun, child, options)) };
  }
  const jobs = Array.from({ length: fanOut }, () => ({ type: probeRun, payload }));
  const flow = context.enqueueAndThen(jobs, { type: probeRun, payload: { told: { $outcomes: true } } });
  return { flow: flow.id };
}

/** Other jobs run between two thousands of lines. */
async function logLines(count: number, { logger, signal }: JobContext<Probe>): Promise<void> {
  for (let line = 1; line <= count; line += 1) {
    logger.info(`line ${line} of ${count}`);
    if (line % linesAtOnce === 0) await sleep(logPauseMs, undefined, { signal });
  }
}

async function failWhereAsked(
  { failTimes, failRuns, failWith }: PayloadOf<Probe>,
  { id, run, attempt }: JobContext<Probe>,
): Promise<void> {
  if (failWith === 'crash') return crash(failTimes, `${id}-${run}`);
  if (attempt > failTimes && run > failRuns) return;
  switch (failWith) {
    case 'retryable':
      throw Object.assign(new Error(`Attempt ${attempt} fails as asked.`), { code: 'probe_failed' });
    case 'non-retryable':
      throw new NonRetryableError(`Attempt ${attempt} fails for good as asked.`, { code: 'probe_failed' });
    case 'exit':
      process.stderr.write('The probe exits as asked.\n');
      return process.exit(3);
    case 'leak':
      return leak();
    case 'spin':
      for (;;) Math.sqrt(attempt);
    case 'stray-rejection':
      void Promise.reject(Object.assign(new Error('Nobody awaits this.'), { code: 'probe_stray' }));
      return new Promise(() => undefined);
    case 'hang':
      return new Promise(() => undefined);
  }
}

/** Fills the heap, and lets the event loop turn meanwhile. */
async function leak(): Promise<never> {
  const kept: unknown[] = [];
  for (;;) {
    kept.push(Array.from({ length: 500_000 }, () => ({})));
    await sleep(1);
  }
}

/** A process that dies takes the count of its attempts with it, so crashes are counted beside it. */
async function crash(times: number, run: string): Promise<void> {
  if (await countCrash(run, times)) process.kill(process.pid, 'SIGKILL');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(performance.now() - startedAt);
}
