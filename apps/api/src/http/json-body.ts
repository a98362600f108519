import { isUtf8 } from 'node:buffer';
import { ProblemError } from './problem-error.js';

/** Deeper nesting is refused: what walks a value later does so by recursion. */
const mostDepth = 500;

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...Buffer.from('"\\{}[]')];

/**
 * Reads a JSON body (RFC 8259).
 * @throws ProblemError `malformed_json`; for what is nested too deeply `invalid_request`
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) throw new ProblemError('malformed_json', 'The body is empty: send JSON.');
  if (!isUtf8(body)) throw new ProblemError('malformed_json', 'The body is not UTF-8.');
  if (isTooDeep(body)) {
    const detail = `JSON is taken to a depth of ${mostDepth}.`;
    throw new ProblemError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (cause) {
    throw new ProblemError('malformed_json', `The body is not JSON: ${faultOf(cause)}`, { cause });
  }
}

/** Runs over the bytes once; a text too short to be so deep is not looked at. */
function isTooDeep(body: Buffer): boolean {
  if (body.length <= mostDepth) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > mostDepth) return true;
    } else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return false;
}

/** What V8 says, without the piece of the text that it quotes. */
function faultOf(cause: unknown): string {
  const position = /position \d+( \(line \d+ column \d+\))?/.exec((cause as Error).message);
  return position ? `a fault at ${position[0]}.` : 'it ends too early or has a fault.';
}
