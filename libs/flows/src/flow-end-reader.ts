import { isFinal, stateOfPhase, type JobState, type Topics } from '@jobstream/contracts';
import { decodeRecord, headerNames, type JobRecord } from '@jobstream/contracts/records';
import type { FlowState } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import type { IncomingRecord, KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { LogSink, ReadPositions, type WrittenBatch } from '@jobstream/sink';
import { advanceFlows } from './advance-flows.js';
import type { EndedState } from './decide-flow.js';
import type { FlowStore, StepEnd } from './flow-store.js';
import { stepErrorOf, type StepError } from './step-error.js';

export interface FlowEndReaderOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly flows: FlowStore;
  readonly logger: Logger;
  /** Called when jobs may have become ready. @param ended how flows ended that did so */
  readonly onAdvanced: (ended: readonly FlowState[]) => void;
  readonly onFatal: (error: Error) => void;
}

/** Ends are gathered so long before they are looked through. */
const paceMs = 20;

/**
 * Follows the ends of jobs that belong to flows. Its place in the log moves in the transaction that notes the ends, so none is
 * missed; an end that is read twice is known already.
 */
export class FlowEndReader extends LogSink<StepEnd, readonly FlowState[]> {
  constructor(private readonly options: FlowEndReaderOptions) {
    const { connection, admin, topics, database, logger, onFatal } = options;
    const groupId = topics.serviceGroup('flow-ends');
    super({
      connection,
      database,
      logger,
      groupId,
      topics: async () => (await admin.listTopics()).filter((topic) => tellsOfSteps(topics, topic)),
      positions: new ReadPositions(database, admin, groupId),
      onFatal,
      isIdempotent: true,
      paceMs,
    });
  }

  protected override read(records: readonly IncomingRecord[]): StepEnd[] {
    return records.flatMap(({ value, headers }) => {
      // All that a record without a flow costs.
      if (headers?.[headerNames.flow] === undefined) return [];
      const record = decodeRecord(value, headers);
      return 'fault' in record ? [] : endOf(record);
    });
  }

  protected override write(session: Session, ends: readonly StepEnd[]): Promise<FlowState[]> {
    return advanceFlows(session, this.options.flows, ends);
  }

  protected override committed({ records, written }: WrittenBatch<readonly FlowState[]>): void {
    if (records > 0) this.options.onAdvanced(written);
  }
}

/** Whether a topic may hold the end of a job of a flow. */
export function tellsOfSteps(topics: Topics, topic: string): boolean {
  const kind = topics.roleOf(topic)?.kind;
  return kind === 'events' || kind === 'dead-letters';
}

function endOf(record: JobRecord): StepEnd[] {
  const jobState = stateOfPhase(record.phase);
  if (!isFinal(jobState)) return [];
  const { flow, run, value } = record;
  const error = errorOf(record, jobState);
  const outcome = {
    state: jobState,
    ...(record.phase === 'succeeded' ? { result: record.value.result } : { error }),
  };
  return [
    {
      flowId: flow!,
      jobId: value.id.toLowerCase(),
      run,
      state: endedStateOf(jobState),
      outcome: JSON.stringify(outcome),
      error,
    },
  ];
}

function endedStateOf(state: JobState): EndedState {
  if (state === 'succeeded' || state === 'cancelled') return state;
  return 'failed';
}

function errorOf(record: JobRecord, state: JobState): StepError | null {
  switch (record.phase) {
    case 'succeeded':
      return null;
    case 'dead_lettered':
      return stepErrorOf(record.value.error.code, record.value.error.message);
    default:
      return { code: state, message: `The job has ended as ${state}.` };
  }
}
