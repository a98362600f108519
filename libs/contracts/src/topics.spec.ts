import { describe, expect, it } from '@jest/globals';
import { isQueueName } from './job-definition.js';
import { ownTopics, services } from './own-names.js';
import { isCompacted, Topics } from './topics.js';

/** Words that names are made of, and some of anybody's. */
const words = [
  ...ownTopics,
  ...services,
  'jobs',
  'jobstream',
  'high',
  'low',
  'retry',
  'dlq',
  'orders',
  '1s',
  's1',
  'image',
  'mail',
];

/** Those of the words that a queue can be called by, in each namespace that is called so, and in none. */
const queueNames = words.filter(isQueueName);
const namespaces = ['', ...words].map((namespace) => new Topics(namespace));

function topicsIn(topics: Topics): string[] {
  const ofQueues = queueNames.flatMap((queue) => [
    ...(['high', 'normal', 'low'] as const).map((lane) => topics.requests(queue, lane)),
    topics.retry(queue, 1_000),
    topics.deadLetters(queue),
  ]);
  const own = [topics.events, topics.delayed, topics.cancels, topics.control, topics.clock, topics.workers];
  return [...own, ...ofQueues];
}

/** Readers of orders, feeds and rebuilds have groups of their own, whose names begin with that of who reads. */
function groupsIn(topics: Topics): string[] {
  const readers = [
    ...services.map((each) => topics.serviceGroup(each)),
    ...queueNames.map((each) => topics.group(each)),
  ];
  return readers.flatMap((reader) => [reader, `${reader}.1s`, `${reader}.orders.1s`]);
}

describe('topics', () => {
  it('have the names of the public contract', () => {
    const topics = new Topics();
    expect([
      topics.requests('image'),
      topics.requests('image', 'high'),
      topics.retry('image', 60_000),
      topics.retry('image', 500),
      topics.deadLetters('image'),
      topics.events,
      topics.delayed,
      topics.serviceGroup('projector'),
    ]).toEqual([
      'jobs.image',
      'jobs.image.high',
      'jobs.image.retry.60s',
      'jobs.image.retry.500ms',
      'jobs.image.dlq',
      'jobs.events',
      'jobs.delayed',
      'jobstream.projector',
    ]);
  });

  it('carry the namespace first', () => {
    const topics = new Topics('team-a');
    expect([topics.events, topics.serviceGroup('projector')]).toEqual([
      'team-a.jobs.events',
      'team-a.jobstream.projector',
    ]);
    expect(() => new Topics('Team A')).toThrow(/JOBSTREAM_NAMESPACE/);
  });

  it.each(['', 'n1'])('have a role that follows from their name, in namespace "%s"', (namespace) => {
    const topics = new Topics(namespace);
    expect(topics.roleOf(topics.requests('image'))).toEqual({
      kind: 'requests',
      queue: 'image',
      lane: 'normal',
    });
    expect(topics.roleOf(topics.requests('image', 'low'))).toEqual({
      kind: 'requests',
      queue: 'image',
      lane: 'low',
    });
    expect(topics.roleOf(topics.retry('image', 1_500))).toEqual({
      kind: 'retry',
      queue: 'image',
      delayMs: 1_500,
    });
    expect(topics.roleOf(topics.deadLetters('image'))).toEqual({ kind: 'dead-letters', queue: 'image' });
    expect(topics.roleOf(topics.events)).toEqual({ kind: 'events' });
  });

  it('are about jobs unless they carry orders, the time or signs of workers, or are not ours', () => {
    const topics = new Topics('n1');
    const tell = [topics.requests('image', 'low'), topics.retry('image', 1_000), topics.deadLetters('image')];
    const others = [
      topics.cancels,
      topics.control,
      topics.clock,
      topics.workers,
      new Topics().events,
      'orders',
    ];
    expect(tell.concat(topics.events, topics.delayed).every((name) => topics.tellsOfJobs(name))).toBe(true);
    expect(others.filter((name) => topics.tellsOfJobs(name))).toEqual([]);
  });

  it('begin jobs where requests and delayed jobs are appended', () => {
    const topics = new Topics();
    const names = [topics.requests('image'), topics.delayed, topics.events, topics.retry('image', 1_000)];
    expect(names.filter((name) => topics.beginsJobs(name))).toEqual([
      topics.requests('image'),
      topics.delayed,
    ]);
  });

  it.each([
    'orders',
    'jobs.image.retry',
    'jobs.image.retry.soon',
    'jobs.image.medium',
    'jobs.',
    'other.jobs.image',
    'jobs.events.dlq',
    'jobs.control.high',
    'jobs.projector',
    'jobs.jobs.high',
  ])('do not claim "%s"', (topic) => expect(new Topics().roleOf(topic)).toBeUndefined());

  it.each([
    ['topics', topicsIn],
    ['groups', groupsIn],
  ])('are told apart, and so are groups, whatever queues and namespaces are called: %s', (_, namesIn) => {
    const names = namespaces.flatMap(namesIn);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.length).toBeGreaterThan(500);
  });

  it('have a role only in their own namespace', () => {
    const claimed = namespaces.flatMap((topics) => {
      const others = namespaces.filter((each) => each !== topics);
      return topicsIn(topics).filter((name) => others.some((each) => each.roleOf(name) !== undefined));
    });
    expect(claimed).toEqual([]);
  });

  it('are compacted exactly where a record stays in force whatever its age', () => {
    const topics = new Topics();
    const plans = topics.plan([], 'small');
    const compacted = plans.filter(({ name }) => isCompacted(topics.roleOf(name)!));
    expect(compacted).toEqual(plans.filter(({ cleanup }) => cleanup === 'compact'));
    expect(compacted.map(({ name }) => name).sort()).toEqual(['jobs.clock', 'jobs.control', 'jobs.types']);
  });
});
