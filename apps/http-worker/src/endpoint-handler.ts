import {
  decideCall,
  EndpointError,
  healthOf,
  readResult,
  type Call,
  type CallSender,
} from '@jobstream/calls';
import { NonRetryableError, type HandlerOf, type JobContext, type JobDefinition } from '@jobstream/contracts';
import type { EndpointGate } from './endpoint-gate.js';

/** What calls of a type are made of, as it is now. */
export interface CalledEndpoint {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** Sends jobs to their endpoint: its answer is the end of the attempt. */
export class EndpointHandler implements HandlerOf<JobDefinition> {
  constructor(
    private readonly sender: Pick<CallSender, 'send'>,
    private readonly gate: Pick<EndpointGate, 'take'>,
    private readonly endpoint: () => CalledEndpoint,
  ) {}

  /** @throws NonRetryableError, EndpointError; the reason of the attempt's signal */
  async handle(payload: unknown, context: JobContext): Promise<unknown> {
    const pass = this.gate.take(context);
    const { signal } = context;
    try {
      const ending = await this.sender.send(this.callOf(payload, context), signal);
      pass?.end(healthOf(ending));
      const verdict = decideCall(ending, context.now());
      switch (verdict.kind) {
        case 'taken':
          return resultOf(readResult(verdict.body));
        case 'refused':
          throw new NonRetryableError(verdict.error.message, verdict.error);
        case 'retry':
          throw new EndpointError(verdict.error, verdict.afterMs);
      }
    } catch (error) {
      if (signal.aborted && isTimeout(signal.reason)) pass?.end('silent');
      throw error;
    } finally {
      // It counts once: this is for whatever ended without a call, so that no probe stays open.
      pass?.giveUp();
    }
  }

  private callOf(payload: unknown, context: JobContext): Call {
    const { id, run, attempt, maxAttempts, submittedFor, definition } = context;
    const { url, secrets } = this.endpoint();
    const sentAt = context.now();
    const createdAt = new Date(context.createdAt).toISOString();
    const deadline = new Date(sentAt + definition.timeoutMs).toISOString();
    return {
      url,
      secrets,
      sentAt,
      id: `${id}_${run}`,
      timeoutMs: definition.timeoutMs,
      body: JSON.stringify({
        id,
        type: definition.type,
        run,
        attempt,
        maxAttempts,
        createdAt,
        deadline,
        submittedFor,
        payload,
      }),
      headers: {
        traceparent: context.traceparent,
        'jobstream-attempt': String(attempt),
        'jobstream-deadline': deadline,
      },
    };
  }
}

function resultOf(read: ReturnType<typeof readResult>): unknown {
  if ('result' in read) return read.result;
  throw new NonRetryableError(read.message, read);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
