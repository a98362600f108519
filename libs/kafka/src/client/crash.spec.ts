import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { isPassingCrash } from './crash.js';

const errors = createRequire(import.meta.url)('kafkajs/src/errors') as Record<
  string,
  new (message: unknown, more?: unknown) => Error
>;
const make = (name: string, message: unknown = 'x', more: unknown = {}): Error =>
  new errors[name]!(message, more);

describe('isPassingCrash', () => {
  it('lets outages pass, also where kafkajs says that retrying is no use', () => {
    const refused = make('KafkaJSConnectionError', 'connect ECONNREFUSED');
    expect(isPassingCrash(refused)).toBe(true);
    expect(
      isPassingCrash(make('KafkaJSNumberOfRetriesExceeded', refused, { retryCount: 5, retryTime: 1 })),
    ).toBe(true);
    expect(isPassingCrash(make('KafkaJSGroupCoordinatorNotFound'))).toBe(true);
    expect(isPassingCrash(make('KafkaJSLockTimeout'))).toBe(true);
    expect(isPassingCrash(make('KafkaJSNonRetriableError', 'x', { cause: refused }))).toBe(true);
  });

  it('ends the process for errors that would come again', () => {
    expect(isPassingCrash(make('KafkaJSNotImplemented', 'Snappy compression not implemented'))).toBe(false);
    expect(isPassingCrash(make('KafkaJSSASLAuthenticationError'))).toBe(false);
    expect(isPassingCrash(make('KafkaJSNonRetriableError', 'x', { cause: new TypeError('bug') }))).toBe(
      false,
    );
    expect(isPassingCrash(new TypeError('bug'))).toBe(false);
    expect(isPassingCrash('not even an error')).toBe(false);
  });
});
