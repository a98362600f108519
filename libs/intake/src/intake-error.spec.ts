import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { NeverSentError, RecordRefusedError, UnacknowledgedError } from '@jobstream/kafka';
import { intakeErrorOf } from './intake-error.js';

describe('intakeErrorOf', () => {
  const topic = 'jobs.mine';
  it.each([
    [
      'there is no such topic',
      new RecordRefusedError(topic, 'UNKNOWN_TOPIC_OR_PARTITION', ''),
      'broker_unavailable',
    ],
    [
      'the topic may not be written to',
      new RecordRefusedError(topic, 'TOPIC_AUTHORIZATION_FAILED', ''),
      'broker_unavailable',
    ],
    [
      'its partition has no leader',
      new NeverSentError(topic, 'no leader', 'partition'),
      'broker_unavailable',
    ],
    ['the broker is away', new NeverSentError(topic, 'away'), 'broker_unavailable'],
    ['its partition may have it', new UnacknowledgedError(topic, 'no leader', 'partition'), 'submit_unknown'],
    ['the broker may have it', new UnacknowledgedError(topic, 'away'), 'submit_unknown'],
    ['it is too large', new RecordRefusedError(topic, 'MESSAGE_TOO_LARGE', ''), 'broker_refused'],
  ] as const)('says what to do where %s', (_, error, code) => {
    const explained = intakeErrorOf(error, newJobId());
    expect(explained).toMatchObject({ code, details: { cause: error } });
    const isOfTopic = code === 'broker_unavailable' && error.scope !== 'cluster';
    expect(explained.message.includes(topic)).toBe(isOfTopic);
  });

  it("throws an error that is not the producer's", () => {
    const error = new Error('a bug');
    expect(() => intakeErrorOf(error, newJobId())).toThrow(error);
  });
});
