import { isUtf8 } from 'node:buffer';
import { findInexactNumbers, maxBatchItems, maxBodyValues, type Fault } from '@jobstream/contracts';
import { tooManyItems } from '@jobstream/intake';
import { scanJson } from './json-scan.js';
import { ProblemError } from './problem-error.js';

/** Deeper nesting is refused: what walks a value later does so by recursion. */
const mostDepth = 500;

/** A JSON body that was read. */
export interface JsonBody {
  readonly value: unknown;
  /** Its numbers that `value` does not hold as what they say, with their paths. */
  readonly inexactNumbers: readonly Fault[];
}

/**
 * Reads a JSON body (RFC 8259). One that is refused for its size or depth is not parsed.
 * @param isBatch its items are counted
 * @throws ProblemError `malformed_json`; `body_too_large` for more than {@link maxBodyValues} values; for what is nested too
 * deeply `invalid_request`
 * @throws IntakeError `too_many_items`
 */
export function parseJsonBody(body: Buffer, isBatch = false): JsonBody {
  if (body.length === 0) throw new ProblemError('malformed_json', 'The body is empty: send JSON.');
  const hasInexactNumber = checkSize(body, isBatch ? maxBatchItems : Infinity);
  if (!isUtf8(body)) throw new ProblemError('malformed_json', 'The body is not UTF-8.');
  const text = body.toString();
  try {
    const value = JSON.parse(text) as unknown;
    return { value, inexactNumbers: hasInexactNumber ? findInexactNumbers(text) : [] };
  } catch (cause) {
    throw new ProblemError('malformed_json', `The body is not JSON: ${faultOf(cause)}`, { cause });
  }
}

/** Whether it has a number that JavaScript does not hold, where it is not too large to be parsed at all. */
function checkSize(body: Buffer, mostItems: number): boolean {
  const most = { depth: mostDepth, values: maxBodyValues, items: mostItems };
  const { depth, values, items, hasInexactNumber } = scanJson(body, most);
  if (items > most.items) throw tooManyItems();
  if (values > most.values) {
    const detail = `A body takes at most ${most.values} values, whatever its bytes: send several.`;
    throw new ProblemError('body_too_large', detail);
  }
  if (depth > most.depth) {
    const detail = `JSON is taken to a depth of ${most.depth}.`;
    throw new ProblemError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
  return hasInexactNumber;
}

/** What V8 says, without the piece of the text that it quotes. */
function faultOf(cause: unknown): string {
  const position = /position \d+( \(line \d+ column \d+\))?/.exec((cause as Error).message);
  return position ? `a fault at ${position[0]}.` : 'it ends too early or has a fault.';
}
