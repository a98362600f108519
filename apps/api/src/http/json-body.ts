import { isUtf8 } from 'node:buffer';
import { findInexactNumbers, type Fault } from '@jobstream/contracts';
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
 * Reads a JSON body (RFC 8259).
 * @throws ProblemError `malformed_json`; for what is nested too deeply `invalid_request`
 */
export function parseJsonBody(body: Buffer): JsonBody {
  if (body.length === 0) throw new ProblemError('malformed_json', 'The body is empty: send JSON.');
  if (!isUtf8(body)) throw new ProblemError('malformed_json', 'The body is not UTF-8.');
  const { depth, hasInexactNumber } = scanJson(body);
  if (depth > mostDepth) {
    const detail = `JSON is taken to a depth of ${mostDepth}.`;
    throw new ProblemError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
  const text = body.toString();
  try {
    const value = JSON.parse(text) as unknown;
    return { value, inexactNumbers: hasInexactNumber ? findInexactNumbers(text) : [] };
  } catch (cause) {
    throw new ProblemError('malformed_json', `The body is not JSON: ${faultOf(cause)}`, { cause });
  }
}

/** What V8 says, without the piece of the text that it quotes. */
function faultOf(cause: unknown): string {
  const position = /position \d+( \(line \d+ column \d+\))?/.exec((cause as Error).message);
  return position ? `a fault at ${position[0]}.` : 'it ends too early or has a fault.';
}
