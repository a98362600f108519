import { z } from 'zod';
import { phases, type Phase } from '../job-state.js';
import { maxCalledUrlLength } from '../limits.js';
import { isPlainTime } from './plain-value.js';
import { timeWriter } from './time-writer.js';
import { uniqueMarkPattern } from './unique-mark.js';

/** Names of the headers that every record of ours carries. */
export const headerNames = {
  run: 'js-run',
  attempt: 'js-attempt',
  phase: 'js-phase',
  created: 'js-created',
  claim: 'js-claim',
  notify: 'js-notify',
  unique: 'js-unique',
  flow: 'js-flow',
  parent: 'js-parent',
  trace: 'traceparent',
} as const;

/** The content of the headers: enough to fold a record without reading its value. */
export interface RecordHead {
  /** Counted from 1; a replay adds one. */
  readonly run: number;
  /** On a request the attempt to start; on a `retrying` record the one that failed; otherwise the one it tells of. From 1. */
  readonly attempt: number;
  readonly phase: Phase;
  /** When the job was accepted, in milliseconds since 1970; equal in all records of a job. */
  readonly createdAt: number;
  /**
   * Set where the sender of the run's request may have to send it again: the run's attempts take a claim, so that a copy that
   * lands anywhere in the log is not run twice. Every later record of the run carries it on.
   */
  readonly claimed?: true;
  /**
   * The URL that hears of the end of each run, where the submitter named one. Every later record of the job carries it on, so that
   * the record of an end is enough to tell it.
   */
  readonly notify?: string;
  /**
   * The unique key that the job's first run holds (`decodeUniqueMark`), where it was submitted with one. Every later record of that
   * run carries it on, so that the record of its end is enough to free the key.
   */
  readonly unique?: string;
  /**
   * The flow that the job is a step of. Every later record of the run carries it on, so that the record of its end is enough to go
   * on with the flow.
   */
  readonly flow?: string;
  /** The job whose handler made this one. Only the request says it. */
  readonly parent?: string;
  /** W3C trace context of the request that made the job, where there was one. */
  readonly traceparent?: string;
}

/** The highest run and attempt that the headers can say. */
export const maxCounter = 999_999_999;

const counter = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number);

/** The headers as they are on the wire; what is read from them is a {@link RecordHead}. */
export const headSchema = z.object({
  [headerNames.run]: counter,
  [headerNames.attempt]: counter,
  [headerNames.phase]: z.enum(phases),
  [headerNames.created]: z.iso.datetime({ precision: 3 }).transform((text) => Date.parse(text)),
  [headerNames.claim]: z.literal('1').optional(),
  [headerNames.notify]: z.string().max(maxCalledUrlLength).optional(),
  [headerNames.unique]: z.string().regex(uniqueMarkPattern).optional(),
  [headerNames.flow]: z.uuidv7().optional(),
  [headerNames.parent]: z.uuidv7().optional(),
  [headerNames.trace]: z.string().max(256).optional(),
});

const writeCreated = timeWriter();

/** The headers of a record. */
export function encodeHead(head: RecordHead): Record<string, string> {
  // Names written out, not computed: V8 makes one shape for all of them.
  const headers: Record<string, string> = {
    'js-run': String(head.run),
    'js-attempt': String(head.attempt),
    'js-phase': head.phase,
    'js-created': writeCreated(head.createdAt),
  };
  if (head.claimed) headers['js-claim'] = '1';
  if (head.notify !== undefined) headers['js-notify'] = head.notify;
  if (head.unique !== undefined) headers['js-unique'] = head.unique;
  if (head.flow !== undefined) headers['js-flow'] = head.flow;
  if (head.parent !== undefined) headers['js-parent'] = head.parent;
  if (head.traceparent !== undefined) headers.traceparent = head.traceparent;
  return headers;
}

/** Reads the headers; undefined where one is missing or makes no sense, `detail` then says which. */
export function decodeHead(
  headers: Readonly<Record<string, string>>,
): RecordHead | { readonly detail: string } {
  return readPlainHead(headers) ?? decodeHeadBySchema(headers);
}

/** The same, slower: what {@link decodeHead} is held equal to. */
export function decodeHeadBySchema(
  headers: Readonly<Record<string, string>>,
): RecordHead | { readonly detail: string } {
  const parsed = headSchema.safeParse(headers);
  if (!parsed.success) return { detail: z.prettifyError(parsed.error) };
  const trace = parsed.data[headerNames.trace];
  const notify = parsed.data[headerNames.notify];
  const unique = parsed.data[headerNames.unique];
  const flow = parsed.data[headerNames.flow];
  const parent = parsed.data[headerNames.parent];
  return {
    run: parsed.data[headerNames.run],
    attempt: parsed.data[headerNames.attempt],
    phase: parsed.data[headerNames.phase],
    createdAt: parsed.data[headerNames.created],
    ...(parsed.data[headerNames.claim] === undefined ? {} : { claimed: true }),
    ...(notify === undefined ? {} : { notify }),
    ...(unique === undefined ? {} : { unique }),
    ...(flow === undefined ? {} : { flow: flow.toLowerCase() }),
    ...(parent === undefined ? {} : { parent: parent.toLowerCase() }),
    ...(trace === undefined ? {} : { traceparent: trace }),
  };
}

const plainCounter = /^[1-9]\d{0,8}$/;
const knownPhases = new Set<string>(phases);

/** Headers as we write them; undefined where they are anything else, which is for the schema to judge. */
function readPlainHead(headers: Readonly<Record<string, string>>): RecordHead | undefined {
  const run = headers[headerNames.run];
  const attempt = headers[headerNames.attempt];
  const phase = headers[headerNames.phase];
  const created = headers[headerNames.created];
  const trace = headers[headerNames.trace];
  if (run === undefined || attempt === undefined || phase === undefined) return undefined;
  if (!plainCounter.test(run) || !plainCounter.test(attempt) || !knownPhases.has(phase)) return undefined;
  if (!isPlainTime(created)) return undefined;
  if (isMarked(headers)) return undefined;
  if (trace !== undefined && trace.length > 256) return undefined;
  return {
    run: Number(run),
    attempt: Number(attempt),
    phase: phase as Phase,
    createdAt: Date.parse(created),
    traceparent: trace,
  };
}

/** Whether a record has marks that few have. */
function isMarked(headers: Readonly<Record<string, string>>): boolean {
  return (
    headers[headerNames.claim] !== undefined ||
    headers[headerNames.notify] !== undefined ||
    headers[headerNames.unique] !== undefined ||
    headers[headerNames.flow] !== undefined ||
    headers[headerNames.parent] !== undefined
  );
}
