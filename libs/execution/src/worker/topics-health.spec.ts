import { describe, expect, it } from '@jest/globals';
import { healthOfTopics } from './topics-health.js';

describe('healthOfTopics', () => {
  const now = Date.parse('2026-01-01T00:01:00Z');
  const own = new Set(['jobs.mine', 'jobs.mine.dlq']);
  const trouble = (topic: string, ageMs: number) => ({
    topic,
    partition: null,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    since: now - ageMs,
  });
  const none = { own, missing: new Map<string, number>(), troubles: [] };

  it('is ready, without detail, while all topics are well', () => {
    expect(healthOfTopics(none, now)).toEqual({ ok: true });
  });

  it.each([
    ['an own topic that is missing', { missing: new Map([['jobs.mine', now - 10_001]]) }, 'jobs.mine'],
    ['an own topic that refuses', { troubles: [trouble('jobs.mine.dlq', 10_001)] }, 'jobs.mine.dlq'],
  ])('is not ready for %s, and names it', (_, state, topic) => {
    const health = healthOfTopics({ ...none, ...state }, now);
    expect(health).toMatchObject({ ok: false, why: expect.stringContaining(`: ${topic}.`) });
  });

  it.each([
    ['has just gone missing', { missing: new Map([['jobs.mine', now - 10_000]]) }, 'jobs.mine'],
    ['has just begun to refuse', { troubles: [trouble('jobs.mine', 10_000)] }, 'jobs.mine'],
    ["is another queue's", { troubles: [trouble('jobs.other', 600_000)] }, 'jobs.other'],
  ])('is ready and names a topic that %s', (_, state, topic) => {
    const health = healthOfTopics({ ...none, ...state }, now);
    expect(health).toMatchObject({ ok: true, detail: [expect.stringContaining(`${topic} `)] });
  });
});
