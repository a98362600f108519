import { isUtf8 } from 'node:buffer';
import { findInexactNumbers, maxBatchItems, maxBodyValues } from '@jobstream/contracts';
import type { Fault } from '@jobstream/contracts/rest';
import { tooManyItems } from '@jobstream/intake';
import { scanJson, type JsonScan } from './json-scan.js';
import { ProblemError } from './problem-error.js';

/** Deeper nesting is refused: what walks a value later does so by recursion. */
const maxDepth = 500;

/** A JSON body that was read. */
export interface JsonBody {
  readonly value: unknown;
  /** Its numbers that `value` does not hold as what they say, with their paths. */
  readonly inexactNumbers: readonly Fault[];
}

/** How {@link parseJsonBody} goes about it. */
export interface JsonBodyOptions {
  /** Its items are counted. Default false. */
  readonly isBatch?: boolean;
  /** Called before anything is parsed, with about how many bytes the value will take beside its text; may throw. */
  admit?(this: void, bytes: number): void;
}

/** An object without fields takes 56, a field of its own name about as much. */
const bytesPerValue = 64;

/**
 * Reads a JSON body (RFC 8259). One that is refused for its size or depth is not parsed.
 * @throws ProblemError `malformed_json`; `body_too_large` for more than {@link maxBodyValues} values; for what is nested too
 * deeply `invalid_request`
 * @throws IntakeError `too_many_items`
 */
export function parseJsonBody(body: Buffer, { isBatch = false, admit }: JsonBodyOptions = {}): JsonBody {
  if (body.length === 0) throw new ProblemError('malformed_json', 'The body is empty: send JSON.');
  const { values, hasInexactNumber } = checkSize(body, isBatch ? maxBatchItems : Infinity);
  if (!isUtf8(body)) throw new ProblemError('malformed_json', 'The body is not UTF-8.');
  admit?.(values * bytesPerValue);
  const text = body.toString();
  try {
    const value = JSON.parse(text) as unknown;
    return { value, inexactNumbers: hasInexactNumber ? findInexactNumbers(text) : [] };
  } catch (cause) {
    throw new ProblemError('malformed_json', `The body is not JSON: ${faultOf(cause)}`, { cause });
  }
}

function checkSize(body: Buffer, maxItems: number): JsonScan {
  const most = { depth: maxDepth, values: maxBodyValues, items: maxItems };
  const scan = scanJson(body, most);
  const { depth, values, items } = scan;
  if (items > most.items) throw tooManyItems();
  if (values > most.values) {
    const detail = `A body takes at most ${most.values} values, whatever its bytes: send several.`;
    throw new ProblemError('body_too_large', detail);
  }
  if (depth > most.depth) {
    const detail = `JSON is taken to a depth of ${most.depth}.`;
    throw new ProblemError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
  return scan;
}

/** What V8 says, without the piece of the text that it quotes. */
function faultOf(cause: unknown): string {
  const position = /position \d+( \(line \d+ column \d+\))?/.exec((cause as Error).message);
  return position ? `a fault at ${position[0]}.` : 'it ends too early or has a fault.';
}
