import { inspect } from 'node:util';
import { maxErrorMessageLength, maxErrorStackLength } from '@jobstream/contracts';
import type { JobError } from '@jobstream/contracts/records';

const errorCode = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/**
 * A thrown value as it is stored and shown: the error's own `code` if it is a short word (`ECONNREFUSED`), else `handler_failed`;
 * its message, followed by that of its cause; its stack. Never throws.
 */
export function describeError(thrown: unknown): JobError {
  try {
    if (!(thrown instanceof Error)) return shorten({ code: 'handler_failed', message: show(thrown) });
    const { code } = thrown as { code?: unknown };
    return shorten({
      code: typeof code === 'string' && errorCode.test(code) ? code : 'handler_failed',
      message: withCause(thrown),
      ...(typeof thrown.stack === 'string' ? { stack: thrown.stack } : {}),
    });
  } catch {
    return { code: 'handler_failed', message: 'The handler threw something that cannot be shown.' };
  }
}

/** An error within the limits of the wire format: message and stack are cut. */
export function shorten(error: JobError): JobError {
  return {
    code: error.code,
    message: cut(error.message, maxErrorMessageLength),
    ...(error.stack === undefined ? {} : { stack: cut(error.stack, maxErrorStackLength) }),
  };
}

function withCause(error: Error): string {
  const { cause } = error;
  const message = error.message || error.name;
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
}

function show(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  return `The handler threw no Error but this: ${inspect(thrown, { depth: 2, maxStringLength: 1_000 })}`;
}

/** Cuts without leaving half of a surrogate pair at the end. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
