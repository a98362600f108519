import type { AnswerBody, CallError } from './call-ending.js';

/**
 * The result in the body of an answer: its JSON, and null where it is empty. An answer that is taken but can not be read is an
 * error that no retry can help, because the work is done.
 */
export function readResult({ content, isWhole }: AnswerBody): { readonly result: unknown } | CallError {
  if (!isWhole)
    return {
      code: 'result_too_large',
      message:
        'The server answered with more than the bytes that are allowed. Store the result and answer where it is.',
    };
  if (content.length === 0) return { result: null };
  try {
    return { result: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)) as unknown };
  } catch {
    return {
      code: 'result_not_json',
      message: 'The body of the answer is not JSON. Answer with JSON, or with an empty body.',
    };
  }
}
