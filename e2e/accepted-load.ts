import { randomUUID } from 'node:crypto';
import { isFinal, stateOfPhase, type FinalState } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import { eventually, readTopics, type JobAnswer, type Platform } from '@jobstream/testing';

/** A job to submit, and how it has to end. */
export interface PlannedJob {
  readonly type: string;
  readonly payload: unknown;
  readonly end: FinalState;
}

/** Jobs submitted side by side, each until its acceptance is known, and what became of them. */
export class AcceptedLoad {
  /** How each accepted job has to end, by id. */
  readonly accepted = new Map<string, FinalState>();
  /** Answers that never came: their jobs were asked for again. */
  readonly unanswered: string[] = [];

  constructor(private readonly platform: Platform) {}

  /** Submits all of them, 20 at a time; every one has to be accepted at once. */
  submit(planned: readonly PlannedJob[]): Promise<void> {
    return this.submitAll(planned, ({ type, payload }) => this.platform.api.submitted(type, payload));
  }

  /** Submits `count` equal jobs that have to succeed, in one batch. */
  async submitBatch(type: string, payload: unknown, count: number): Promise<void> {
    const items = Array.from({ length: count }, () => ({ type, payload }));
    const { status, body } = await this.platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items,
    });
    if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
    for (const { id } of body.items) this.accepted.set(id, 'succeeded');
  }

  /** Submits all of them, 20 at a time, each until it is accepted: while the API dies. */
  submitUnderKeys(planned: readonly PlannedJob[]): Promise<void> {
    return this.submitAll(planned, (job) => this.insist(job));
  }

  private async submitAll(
    planned: readonly PlannedJob[],
    accept: (job: PlannedJob) => Promise<string>,
  ): Promise<void> {
    const waiting = [...planned];
    const submitter = async () => {
      for (let job = waiting.shift(); job; job = waiting.shift())
        this.accepted.set(await accept(job), job.end);
    };
    await Promise.all(Array.from({ length: 20 }, submitter));
  }

  /** An unknown answer is asked for again under the same key, so it can't be two jobs. */
  private insist({ type, payload }: PlannedJob): Promise<string> {
    const key = randomUUID();
    return eventually(
      async () => {
        const { api } = this.platform;
        const answer = await api.submit(type, payload, { 'idempotency-key': key }).catch((error: Error) => {
          this.unanswered.push(error.message);
          throw error;
        });
        if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body.id as string;
      },
      { everyMs: 200 },
    );
  }

  /** Waits for every accepted job's end as REST shows it. @returns those that ended otherwise than planned */
  async endedOtherwise(timeoutMs = 120_000): Promise<JobAnswer[]> {
    const otherwise: JobAnswer[] = [];
    for (const [id, end] of this.accepted) {
      const job = await this.platform.api.finished(id, { timeoutMs });
      if (job.state !== end) otherwise.push(job);
    }
    return otherwise;
  }

  /** What the log says: accepted jobs without exactly one final state, and jobs that nobody asked for. */
  async readLog(queues: readonly string[]): Promise<{ lost: string[]; unexpected: string[] }> {
    const { topics } = this.platform;
    const finals = new Map<string, Set<FinalState>>();
    const unexpected = new Set<string>();
    const records = await readTopics([
      topics.events,
      ...queues.flatMap((queue) => [topics.requests(queue), topics.deadLetters(queue)]),
    ]);
    for (const { value, headers } of records) {
      const record = decodeRecord(value, headers);
      if ('fault' in record) throw new Error(record.detail);
      const { id } = record.value;
      if (!this.accepted.has(id)) unexpected.add(id);
      const state = stateOfPhase(record.phase);
      if (isFinal(state)) finals.set(id, (finals.get(id) ?? new Set()).add(state));
    }
    const lost = [...this.accepted.keys()].filter((id) => finals.get(id)?.size !== 1);
    return { lost, unexpected: [...unexpected] };
  }
}
