import type { QueueFrame } from '@jobstream/contracts/rest';
import { countOf, writeRate } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import type { QueueSample } from '../../server/queue-samples.js';

/** How fast a queue moves, a second. */
export interface QueueRates {
  readonly came: number;
  readonly done: number;
  readonly retried: number;
  readonly deadLettered: number;
}

/** What is said of a queue, in one sentence. */
export interface Verdict {
  /** `trouble` needs somebody, `busy` works its backlog off, `fine` has none. */
  readonly kind: 'trouble' | 'busy' | 'fine';
  readonly text: string;
}

/** Milliseconds in which something has to finish before a queue counts as stuck. */
const stuckMs = 30_000;
/** A backlog grows if more comes than is done, by more than this share of what comes. */
const noise = 0.05;

/** The rates between the first and the last of these samples; undefined where they tell nothing yet. */
export function ratesOf(samples: readonly QueueSample[]): QueueRates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < 1_000) return undefined;
  const seconds = (last.at - first.at) / 1_000;
  return {
    came: Math.max(0, last.came - first.came) / seconds,
    done: Math.max(0, last.finished - first.finished) / seconds,
    retried: Math.max(0, last.retried - first.retried) / seconds,
    deadLettered: Math.max(0, last.deadLettered - first.deadLettered) / seconds,
  };
}

/**
 * What to say of a queue.
 * @param samples of the last minute or so, the oldest first
 */
export function judge(queue: QueueFrame, samples: readonly QueueSample[]): Verdict {
  const { backlog } = queue;
  const oldest =
    queue.oldestWaitingSeconds === null
      ? ''
      : `, the oldest for ${writeSpan(queue.oldestWaitingSeconds * 1_000)}`;
  const waiting = `${countOf(backlog, 'job')} unfinished${oldest}`;
  if (queue.paused)
    return { kind: backlog > 0 ? 'trouble' : 'fine', text: backlog > 0 ? `Paused: ${waiting}.` : 'Paused.' };
  if (queue.waitingFor?.kind === 'endpoint')
    return { kind: 'trouble', text: `${queue.waitingFor.text} ${waiting}.` };
  if (queue.workers === 0) {
    if (backlog + queue.lag === 0) return { kind: 'fine', text: 'No worker runs, and nothing waits.' };
    return { kind: 'trouble', text: `No worker runs: ${waiting}.` };
  }
  if (backlog === 0) {
    const retrying =
      queue.lag > 0
        ? ` ${countOf(queue.lag, 'retry').replace('retrys', 'retries')} wait for their time.`
        : '';
    return { kind: 'fine', text: `Nothing waits.${retrying}` };
  }
  return judgeBacklog(backlog, waiting, samples);
}

function judgeBacklog(backlog: number, waiting: string, samples: readonly QueueSample[]): Verdict {
  const rates = ratesOf(samples);
  if (!rates) return { kind: 'busy', text: `At work: ${waiting}.` };
  const surplus = rates.came - rates.done;
  if (rates.done === 0 && samples.at(-1)!.at - samples[0]!.at >= stuckMs)
    return { kind: 'trouble', text: `Nothing has finished for ${writeSpan(stuckMs)}: ${waiting}.` };
  if (surplus > rates.came * noise)
    return { kind: 'trouble', text: `Backlog grows by ${writeRate(surplus)} a second: ${waiting}.` };
  if (-surplus > rates.done * noise)
    return { kind: 'busy', text: `Drains in about ${writeSpan((backlog / -surplus) * 1_000)}: ${waiting}.` };
  return { kind: 'busy', text: `Keeps up: ${waiting}.` };
}
