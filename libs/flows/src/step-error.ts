import { clean } from '@jobstream/lifecycle';

/** Why a job of a flow failed, as the flow shows and tells it. */
export interface StepError {
  readonly code: string;
  readonly message: string;
}

/** Characters of an error's message that a flow shows and tells. */
const maxMessageLength = 500;

/** The error as Postgres can hold it: what a message quotes may come from a payload. */
export function stepErrorOf(code: string, message: string): StepError {
  return { code: clean(code), message: clean(message.slice(0, maxMessageLength)) };
}
