import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeTroubles, TopicTroubles } from './topic-troubles.js';

describe('TopicTroubles', () => {
  const error = 'UNKNOWN_TOPIC_OR_PARTITION';
  let now: number;
  let logged: { level: string; topic: unknown; records: unknown }[];
  let troubles: TopicTroubles;

  beforeEach(() => {
    now = Date.parse('2026-01-01T00:00:00Z');
    logged = [];
    troubles = new TopicTroubles(
      (level, _, { topic, records }) => logged.push({ level, topic, records }),
      () => now,
    );
  });

  it('tells of a topic once a minute, however many records and partitions it concerns', () => {
    for (let ms = 0; ms < 120_000; ms += 100) {
      for (const partition of [null, 0, 7]) troubles.note({ topic: 'a', partition, error }, 10);
      troubles.tell('b', 1, 'MESSAGE_TOO_LARGE', 1);
      now += 100;
    }
    const of = (topic: string) => logged.filter((line) => line.topic === topic);
    expect(of('a')).toEqual([
      { level: 'warn', topic: 'a', records: 10 },
      { level: 'warn', topic: 'a', records: 18_000 },
    ]);
    expect(of('b').map(({ records }) => records)).toEqual([1, 600]);
  });

  it('lists a trouble and when it began, until its topic takes records or no record meets it', () => {
    troubles.note({ topic: 'a', partition: null, error }, 1);
    troubles.note({ topic: 'b', partition: 3, error: 'LEADER_NOT_AVAILABLE' }, 1);
    troubles.tell('c', 0, 'MESSAGE_TOO_LARGE', 1);
    now += 60_000;
    troubles.note({ topic: 'b', partition: 3, error: 'LEADER_NOT_AVAILABLE' }, 1);
    expect(describeTroubles(troubles.list())).toEqual([
      `a takes no records since 2026-01-01T00:00:00.000Z: ${error}`,
      'b, partition 3 takes no records since 2026-01-01T00:00:00.000Z: LEADER_NOT_AVAILABLE',
    ]);
    troubles.clear('a', 5);
    troubles.clear('b', 4);
    expect(troubles.list()).toMatchObject([{ topic: 'b', partition: 3 }]);
    now += 120_001;
    expect(troubles.list()).toEqual([]);
  });

  it('says once that a topic takes records again, also where it changes all the time', () => {
    for (let round = 0; round < 100; round += 1) {
      troubles.note({ topic: 'a', partition: 0, error }, 1);
      troubles.clear('a', 0);
    }
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});
