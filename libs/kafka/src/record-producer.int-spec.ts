import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokerFixture, numbered } from './broker.fixture-spec.js';

describe('RecordProducer on a real broker', () => {
  const fixture = new BrokerFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());

  it('answers where each record lies, in the order sent', async () => {
    const topic = await fixture.makeTopic(3);
    const outcomes = await fixture.producer.sendAll(numbered(topic, 5_000));
    expect(outcomes.filter((outcome) => 'receipt' in outcome)).toHaveLength(5_000);
    const ends = (await fixture.admin.endOffsets([topic])).get(topic)!;
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(5_000);
  });
});
