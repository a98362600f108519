import { setTimeout as sleep } from 'node:timers/promises';
import { describeErrorCode } from './kafkajs/internals.js';

const maxAttempts = 20;
const pauseMs = 150;
/** Codes that pass by themselves: leaders move, coordinators load. */
const passingCodes = new Set([3, 5, 6, 7, 14, 15, 16]);

/** Kafka answered with an error that does not pass by itself. */
export class KafkaRequestError extends Error {
  readonly code = 'kafka_request_failed';

  /** @param brokerError Kafka's name of the error */
  constructor(
    readonly brokerError: string,
    what: string,
    detail: string,
  ) {
    super(`${what}: ${brokerError} (${detail})`);
    this.name = 'KafkaRequestError';
  }
}

/** An answer that {@link withPatience} asks for again. */
export class PassingError extends Error {
  constructor(
    readonly errorCode: number,
    what: string,
  ) {
    super(what);
  }
}

/** @throws PassingError or KafkaRequestError unless Kafka's error code is 0 */
export function throwOn(errorCode: number, what: string): void {
  if (errorCode === 0) return;
  throw passingCodes.has(errorCode) ? new PassingError(errorCode, what) : toRequestError(errorCode, what);
}

/**
 * Asks again, for about 3 s, as long as what fails passes by itself.
 * @throws KafkaRequestError, and what `ask` throws besides
 */
export async function withPatience<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      if (attempt === maxAttempts) throw toRequestError(error.errorCode, what);
      await sleep(pauseMs);
    }
  }
}

function toRequestError(errorCode: number, what: string): KafkaRequestError {
  const { type, message } = describeErrorCode(errorCode);
  return new KafkaRequestError(type, what, message);
}
