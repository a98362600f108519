import { maxFlowEdges, type JobRules, type JsonSchema } from '@jobstream/contracts';
import {
  FaultList,
  faultsOf,
  flowRequestSchema,
  maxFaults,
  type FailurePolicy,
  type Fault,
  type ProblemCode,
} from '@jobstream/contracts/rest';
import { checkSubmission, IntakeError, type CheckedJob, type SubmittableType } from '@jobstream/intake';
import { mayFit, nearestNames, typesAt, type JsonTypes } from '@jobstream/job-types';
import type { Clock } from '@jobstream/runtime';
import { findCycle } from './flow-graph.js';
import {
  findReferences,
  pointerOf,
  replaceReferences,
  type PlacedReference,
  type Reference,
} from './references.js';

/** A job type as flows need it: with the schemas by which references are checked. */
export interface FlowJobType extends SubmittableType {
  readonly payload: JsonSchema;
  readonly result: JsonSchema;
}

/** A job of a flow that passed the check. */
export interface CheckedStep {
  readonly name: string;
  readonly rules: JobRules;
  /** As it was submitted, without its name and its waits. References are in it. */
  readonly submission: Readonly<Record<string, unknown>>;
  /** The places of the jobs that it waits for, each once. */
  readonly after: readonly number[];
  /** Whether others are told how it ended. */
  readonly isReferred: boolean;
  /** Whether no other waits for it. */
  readonly isLast: boolean;
}

/** A flow that passed the check. */
export interface CheckedFlow {
  readonly onFailure: FailurePolicy;
  readonly steps: readonly CheckedStep[];
}

/** How {@link checkFlow} finds types, and checks further. */
export interface FlowChecks {
  /** The broker's time. */
  readonly clock: Clock;
  readonly find: (type: string) => FlowJobType | IntakeError;
  /** A further check of a job that is valid; its payload has examples in place of references. */
  readonly also: (job: CheckedJob) => CheckedJob | IntakeError;
}

/** A job as it was given, before anything of it but its shape was checked. */
interface GivenJob {
  readonly name: string;
  readonly type: string;
  readonly after: readonly string[];
  readonly submission: Readonly<Record<string, unknown>>;
  readonly references: readonly PlacedReference[];
}

/**
 * Checks a flow, whatever its type.
 * @throws IntakeError `invalid_request` when it is no flow; `invalid_flow` for names, waits, cycles and references that do not fit;
 * `unknown_type`, `invalid_payload` and what `also` answers for its jobs. It has the place of each fault
 */
export function checkFlow(request: unknown, checks: FlowChecks): CheckedFlow {
  const parsed = flowRequestSchema.safeParse(request);
  if (!parsed.success)
    throw new IntakeError('invalid_request', 'Not a flow: see the faults.', {
      errors: faultsOf(parsed.error),
    });
  const faults = new FlowFaults();
  const jobs = readJobs((request as { jobs: Record<string, unknown>[] }).jobs, faults);
  const places = placesOf(jobs, faults);
  const after = jobs.map((job, index) => waitsOf(job, index, places, faults));
  faults.throwAny();
  checkGraph(jobs, after);
  const types = jobs.map(({ type }, index) => {
    const found = checks.find(type);
    if (found instanceof IntakeError) faults.addError(index, found);
    return found;
  });
  faults.throwAny();
  const known = types as FlowJobType[];
  jobs.forEach((job, index) => {
    checkReferences(job, index, { places, types: known, faults });
    const checked = checkJob(job, known[index]!, checks, (reference) => exampleFor(reference, places, known));
    if (checked instanceof IntakeError) faults.addError(index, checked);
  });
  faults.throwAny();
  return { onFailure: parsed.data.onFailure, steps: stepsOf(jobs, after, places, known) };
}

/** The faults of all jobs, and the code of the first. */
class FlowFaults {
  private readonly list = new FaultList();
  private code: ProblemCode | undefined;
  private detail = '';

  add(pointer: string, detail: string): void {
    this.note('invalid_flow', 'The jobs of the flow do not fit together.');
    this.list.addAll('', [{ pointer, detail }]);
  }

  addError(index: number, { code, message, details }: IntakeError): void {
    this.note(code, `In the job of place ${index}: ${message}`);
    this.list.addAll(`/jobs/${index}`, details.errors ?? [{ pointer: '', detail: message }]);
  }

  throwAny(): void {
    if (this.code !== undefined)
      throw new IntakeError(this.code, this.detail, { errors: this.list.read().slice(0, maxFaults) });
  }

  private note(code: ProblemCode, detail: string): void {
    this.code ??= code;
    this.detail ||= detail;
  }
}

function readJobs(given: readonly Record<string, unknown>[], faults: FlowFaults): GivenJob[] {
  return given.map((job, index) => {
    const {
      name,
      after = [],
      ...submission
    } = job as {
      name: string;
      after?: string[];
      type: string;
      payload: unknown;
    };
    const found = findReferences(submission.payload);
    for (const { pointer, detail } of found.faults) faults.add(`/jobs/${index}/payload${pointer}`, detail);
    return { name, after, submission, type: submission.type, references: found.references };
  });
}

function placesOf(jobs: readonly GivenJob[], faults: FlowFaults): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  jobs.forEach(({ name }, index) => {
    const first = places.get(name);
    if (first === undefined) places.set(name, index);
    else faults.add(`/jobs/${index}/name`, `The job of place ${first} is called "${name}" too.`);
  });
  return places;
}

/** The places of the jobs that a job names, or refers to. */
function waitsOf(
  { after, references }: GivenJob,
  index: number,
  places: ReadonlyMap<string, number>,
  faults: FlowFaults,
): number[] {
  const waits = new Set<number>();
  const add = (name: string, pointer: string) => {
    const place = places.get(name);
    if (place === undefined) faults.add(pointer, unknownName(name, places));
    else waits.add(place);
  };
  after.forEach((name, nth) => add(name, `/jobs/${index}/after/${nth}`));
  for (const { steps, reference } of references)
    if (reference.kind !== 'outcomes') add(reference.name, `/jobs/${index}/payload${pointerOf(steps)}`);
  return [...waits];
}

function unknownName(name: string, places: ReadonlyMap<string, number>): string {
  const [near] = places.size <= 1_000 ? nearestNames(name, [...places.keys()]) : [];
  const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
  return `No job of the flow is called "${name.slice(0, 100)}".${guess}`;
}

/** @throws IntakeError `invalid_flow` */
function checkGraph(jobs: readonly GivenJob[], after: readonly (readonly number[])[]): void {
  const edges = after.reduce((sum, places) => sum + places.length, 0);
  if (edges > maxFlowEdges) {
    const detail = `The jobs wait ${edges} times for others: at most ${maxFlowEdges} are allowed. Put a job between many and many.`;
    throw new IntakeError('invalid_flow', detail, { errors: [{ pointer: '/jobs', detail }] });
  }
  const cycle = findCycle(after);
  if (cycle === undefined) return;
  const shown = cycle.slice(0, 10).map((place) => `"${jobs[place]!.name}"`);
  const rest = cycle.length > shown.length ? [`${cycle.length - shown.length} more`] : [];
  const detail = `These jobs wait for each other: ${[...shown, ...rest, shown[0]].join(', ')}.`;
  throw new IntakeError('invalid_flow', detail, { errors: [{ pointer: `/jobs/${cycle[0]}/after`, detail }] });
}

interface ReferenceChecks {
  readonly places: ReadonlyMap<string, number>;
  readonly types: readonly FlowJobType[];
  readonly faults: FlowFaults;
}

function checkReferences(job: GivenJob, index: number, { places, types, faults }: ReferenceChecks): void {
  for (const { steps, reference } of job.references) {
    const pointer = `/jobs/${index}/payload${pointerOf(steps)}`;
    const source = reference.kind === 'outcomes' ? undefined : types[places.get(reference.name)!];
    const given = givenTypes(reference, source);
    if (given === undefined) {
      const { path } = reference as Extract<Reference, { kind: 'result' }>;
      faults.add(pointer, `The result of ${source!.rules.type} has no field "${path}".`);
      continue;
    }
    // A place that the payload does not have is a fault of the payload.
    const wanted = typesAt(types[index]!.payload, steps) ?? 'any';
    if (!mayFit(given, wanted)) faults.add(pointer, `It gives ${namesOf(given)}, not ${namesOf(wanted)}.`);
  }
}

function givenTypes(reference: Reference, source: FlowJobType | undefined): JsonTypes | undefined {
  switch (reference.kind) {
    case 'outcome':
      return new Set(['object']);
    case 'outcomes':
      return new Set(['array']);
    case 'result':
      return typesAt(source!.result, reference.path === '' ? [] : reference.path.split('.'));
  }
}

function namesOf(types: JsonTypes): string {
  return types === 'any' ? 'anything' : [...types].join(' or ');
}

/** A value of a type that a reference gives. */
function exampleFor(
  reference: Reference,
  places: ReadonlyMap<string, number>,
  types: readonly FlowJobType[],
): unknown {
  const source = reference.kind === 'outcomes' ? undefined : types[places.get(reference.name)!];
  const given = givenTypes(reference, source);
  const [type] = given === undefined || given === 'any' ? [] : given;
  return type === undefined ? null : examples[type];
}

const examples: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 1,
  number: 1,
  boolean: true,
  array: [],
  object: {},
  null: null,
};

/** Checks a job as a submission: its payload with an example in place of each reference, all else with null there. */
function checkJob(
  { submission, references }: GivenJob,
  type: FlowJobType,
  { clock, also }: FlowChecks,
  example: (reference: Reference) => unknown,
): CheckedJob | IntakeError {
  const places = references.map(({ steps }) => `/payload${pointerOf(steps)}`);
  const stand = {
    rules: type.rules,
    check: (payload: unknown, at: string) => {
      if (references.length === 0) return type.check(payload, at);
      const checked = type.check(replaceReferences(submission.payload, example), at);
      const faults = 'payload' in checked ? [] : checked.faults;
      const others = faults.filter((fault) => !isAboutReference(fault, places));
      return others.length > 0 ? { faults: others } : { payload };
    },
  };
  const checked = checkSubmission(
    { ...submission, payload: replaceReferences(submission.payload, () => null) },
    clock,
    () => stand,
  );
  if (checked instanceof IntakeError) return checked;
  return decidesByReference(type.rules, references) ?? also(checked);
}

/** At the reference, below it, or at what it is part of: a choice of shapes has its fault there. */
function isAboutReference({ pointer }: Fault, places: readonly string[]): boolean {
  return places.some((place) => `${place}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${place}/`));
}

/** A value that needs a right may not come from a result, which nobody has seen when the right is checked. */
function decidesByReference(
  { operateWhen = {}, orderBy }: JobRules,
  references: readonly PlacedReference[],
): IntakeError | undefined {
  const errors = [...Object.keys(operateWhen), ...(orderBy === undefined ? [] : [orderBy])]
    .filter((path) => givesValueAt(references, path))
    .map((path) => {
      const detail = 'This field decides who may submit the job, or its order: give a value of its own.';
      return { pointer: `/payload/${path.replaceAll('.', '/')}`, detail };
    });
  return errors.length === 0
    ? undefined
    : new IntakeError('invalid_payload', 'A reference stands where none may.', { errors });
}

/** Whether a reference stands at the path, or at what the path leads through. */
function givesValueAt(references: readonly PlacedReference[], path: string): boolean {
  const names = path.split('.');
  return references.some(({ steps }) => steps.every((step, nth) => step === names[nth]));
}

function stepsOf(
  jobs: readonly GivenJob[],
  after: readonly (readonly number[])[],
  places: ReadonlyMap<string, number>,
  types: readonly FlowJobType[],
): CheckedStep[] {
  const waitedFor = new Set(after.flat());
  const referred = new Set<number>();
  jobs.forEach(({ references }, index) => {
    for (const { reference } of references) {
      if (reference.kind === 'outcomes') for (const place of after[index]!) referred.add(place);
      else referred.add(places.get(reference.name)!);
    }
  });
  return jobs.map(({ name, submission }, index) => ({
    name,
    rules: types[index]!.rules,
    submission,
    after: after[index]!,
    isReferred: referred.has(index),
    isLast: !waitedFor.has(index),
  }));
}
