import { describe, expect, it } from '@jest/globals';
import { advice, describeFindings, fault, ok } from './finding.js';
import { judgeBroker, judgeTopics } from './kafka-checks.js';
import { judgeServer } from './postgres-checks.js';

const of = (settings: Record<string, string>) => new Map(Object.entries(settings));

describe('the doctor', () => {
  it('minds brokers that forget groups or make topics by themselves', () => {
    expect(
      judgeBroker(of({ 'offsets.retention.minutes': '525600', 'auto.create.topics.enable': 'false' })),
    ).toEqual([]);
    const careless = judgeBroker(
      of({ 'offsets.retention.minutes': '10080', 'auto.create.topics.enable': 'true' }),
    );
    expect(careless.map(({ state, says }) => `${state}: ${says}`)).toEqual([
      'advice: the place of a group without workers is forgotten after 7 days',
      expect.stringMatching(/^advice: topics come into being/),
    ]);
  });

  it('minds topics that would lose or refuse jobs', () => {
    const plans = ['a', 'b', 'c', 'd'].map((name) => ({ name, partitions: 6, maxMessageBytes: 1_000 }));
    const counts = new Map([
      ['a', 6],
      ['b', 12],
      ['c', 6],
    ]);
    const good = of({ 'retention.ms': '-1', 'max.message.bytes': '1000' });
    const bad = of({ 'retention.ms': '604800000', 'max.message.bytes': '999' });
    const settings = new Map([
      ['a', good],
      ['b', good],
      ['c', bad],
    ]);
    expect(judgeTopics(plans, counts, settings).map(({ state, mend }) => [state, mend])).toEqual([
      ['advice', expect.stringContaining('JOBSTREAM_TOPIC_SIZE')],
      ['fault', 'set retention.ms=-1 on c: waiting jobs would vanish'],
      ['fault', 'set max.message.bytes=1000 on c'],
    ]);
    expect(judgeTopics([plans[0]!, plans[3]!], counts, settings)).toEqual([
      ok('topics', '1 there, 1 to be made by the services'),
    ]);
    const byAge = { ...plans[2]!, maxMessageBytes: 999, retentionMs: 604_800_000 };
    expect(judgeTopics([byAge], counts, settings)).toMatchObject([{ state: 'ok' }]);
    expect(judgeTopics(plans, new Map(), new Map())).toMatchObject([{ state: 'ok' }]);
  });

  it('minds servers without room, with old collations, and clocks that differ', () => {
    const facts = {
      version: '18.4',
      versionNumber: 180_004,
      encoding: 'UTF8',
      isStandby: false,
      takesSettings: true,
      mayCreate: true,
      missing: [],
      closed: [],
    };
    const state = { now: new Date(10_000), connections: 97, isCollationOld: false };
    expect(judgeServer(facts, state, 10_400).map((finding) => finding.state)).toEqual(['ok', 'ok']);
    const troubled = judgeServer(
      { ...facts, mayCreate: false },
      { ...state, connections: 20, isCollationOld: true },
      16_000,
    );
    expect(troubled.map((finding) => `${finding.state}: ${finding.says}`)).toEqual([
      'ok: version 18.4, schemas are there',
      'advice: this user may make no schemas, so no rebuild',
      'advice: 20 connections are left; one of each service takes up to 65',
      'advice: the system sorts text otherwise than when the database was made',
      "advice: Postgres' is 6000 ms behind this machine's",
    ]);
  });

  it('says below each problem what to do', () => {
    const text = describeFindings([ok('a', 'fine'), advice('bb', 'so', 'do'), fault('c', 'no', 'mend')]);
    expect(text).toBe('✓ a   fine\n! bb  so\n      → do\n✗ c   no\n      → mend\n1 thing needs mending.\n');
  });
});
