import {
  describeJobType,
  type FlowOptions,
  type FlowPart,
  type FlowStep,
  type JobDefinition,
  type PayloadInputOf,
} from '@jobstream/contracts';
import { checkFlow, type FlowJobType } from '@jobstream/flows/in-memory';
import { typeOfDefinition } from '@jobstream/intake';
import type { flowMake } from '@jobstream/jobs/flow-make';
import type { Clock } from '@jobstream/runtime';

type Flow = PayloadInputOf<typeof flowMake>['flow'];

/** What {@link flowOfSteps} needs of the attempt. */
export interface FlowOrigin {
  readonly clock: Clock;
  /** The user of the parent, for jobs that name none. */
  readonly submittedFor: string | undefined;
}

/**
 * The flow that a handler asks for, as JSON, checked by the schemas of its definitions.
 * @throws IntakeError as `checkFlow` does
 */
export function flowOfSteps(
  steps: readonly FlowStep[],
  { onFailure }: FlowOptions,
  { clock, submittedFor }: FlowOrigin,
): Flow {
  const definitions = new Map(steps.map(({ type }) => [type.type, type]));
  const jobs = steps.map(({ type, ...step }) => ({ submittedFor, ...step, type: type.type }));
  const flow = JSON.parse(JSON.stringify({ jobs, onFailure })) as Flow;
  const find = (type: string) => flowJobType(definitions.get(type)!);
  checkFlow(flow, { clock, find, also: (job) => job });
  return flow;
}

/** Jobs side by side, and one that waits for all of them. */
export function stepsOfAll(jobs: readonly FlowPart[], then: FlowPart): FlowStep[] {
  const named = jobs.map((job, nth) => ({ ...job, name: `job-${nth}` }));
  return [...named, { ...then, name: 'then', after: named.map(({ name }) => name) }];
}

/** Schemas take long to describe, and a definition does not change. */
const described = new WeakMap<JobDefinition, FlowJobType>();

function flowJobType(definition: JobDefinition): FlowJobType {
  const known = described.get(definition);
  if (known !== undefined) return known;
  const { payload, result } = describeJobType(definition);
  const type = { ...typeOfDefinition(definition), payload, result };
  described.set(definition, type);
  return type;
}
