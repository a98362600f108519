import type { Cause, JobExplanation } from '@jobstream/contracts/rest';
import { isOver, isToCome, type AwaitedStep, type UnstartedStep } from '@jobstream/flows';
import { nothingNamed } from './causes.js';

/**
 * Why a job of a flow is not in its queue.
 * @param reasons the jobs that it waits for, or that keep it from starting
 */
export function explainStep(step: UnstartedStep, reasons: readonly AwaitedStep[]): JobExplanation {
  const { text, remedy } = tell(step, reasons);
  const { jobId, flowId, flowState, name, state, run, waits, restUntil } = step;
  const comes = isToCome(step);
  const cause: Cause = {
    ...nothingNamed,
    code: 'flow',
    text,
    remedy,
    until: restUntil?.toISOString() ?? null,
    jobs: reasons.map((reason) => reason.jobId),
    flow: {
      id: flowId,
      state: flowState,
      name,
      standing: state,
      waits: state === 'waiting' ? waits : 0,
      waitsFor: reasons.map((reason) => ({ name: reason.name, id: reason.jobId, state: reason.state })),
    },
  };
  return {
    id: jobId,
    run,
    attempt: 1,
    state: null,
    verdict: comes ? `It waits for this. ${text}` : `It does not start. ${text}`,
    cause,
    behind: [],
    start: {
      p50Seconds: null,
      p90Seconds: null,
      why: comes
        ? 'Nobody can know when what holds it ends.'
        : 'It does not start unless its flow is replayed.',
    },
  };
}

function tell(step: UnstartedStep, reasons: readonly AwaitedStep[]): Pick<Cause, 'text' | 'remedy'> {
  const { flowId, state, waits, error, restUntil } = step;
  switch (state) {
    case 'waiting':
      return {
        text: `The end of ${jobsOf(waits)} of its flow ${flowId}${listOf(reasons, waits)}.`,
        remedy: `See why they do not end: GET /v1/flows/${flowId}, or explain them. To let none start, cancel the flow: POST /v1/flows/${flowId}/cancel.`,
      };
    case 'ready':
      return {
        text: `A scheduler, which puts it into its queue: nothing of its flow ${flowId} is left before it.${refusal(restUntil)}`,
        remedy: 'See that a scheduler runs, and what its /health/ready says.',
      };
    case 'failed':
      return {
        text: `It could not be put into its queue, so it failed in its flow ${flowId}${error === null ? '' : `: ${error.code}: ${error.message}`}.`,
        remedy: replay(step),
      };
    case 'cancelled':
      return {
        text:
          reasons.length === 0
            ? `Its flow ${flowId} was cancelled before its turn.`
            : `Its flow ${flowId} cancelled it, because of jobs that did not succeed${listOf(reasons, reasons.length)}.`,
        remedy: replay(step),
      };
  }
}

function replay({ flowId, flowState }: UnstartedStep): string {
  const first = isOver(flowState) ? 'Mend' : 'Wait for the end of the flow, and mend';
  return `${first} the cause, then replay the flow: POST /v1/flows/${flowId}/replay starts all of it again that did not succeed.`;
}

function refusal(until: Date | null): string {
  return until === null ? '' : ` Its topic refused it: it is sent again at ${until.toISOString()}.`;
}

/** The jobs by name, and how many there are beyond them. */
function listOf(steps: readonly AwaitedStep[], count: number): string {
  if (steps.length === 0) return '';
  const more = count > steps.length ? `, and ${count - steps.length} more` : '';
  return `: ${steps.map(describe).join(', ')}${more}`;
}

function describe({ name, state, error }: AwaitedStep): string {
  return `${name} (${state}${error === null ? '' : `, ${error.code}`})`;
}

function jobsOf(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
