import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Topics } from '@jobstream/contracts';
import { KafkaConnection, kafkaSettingsFromEnv, TopicAdmin } from '@jobstream/kafka';
import { checkKafka } from './kafka-checks.js';
import { checkPostgres } from './postgres-checks.js';

const nowhere = { KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/x' };

describe('the doctor beside a real broker and database', () => {
  it('finds nothing in the way of the test stack', async () => {
    const environment = { ...process.env, JOBSTREAM_NAMESPACE: 'doctor', JOBSTREAM_TOPIC_SIZE: 'small' };
    const findings = [...(await checkKafka(environment)), ...(await checkPostgres(environment))];
    expect(findings.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'kafka ok',
      'topics ok',
      'postgres ok',
      'clock ok',
    ]);
  });

  it("asks Kafka's time once its topic is there", async () => {
    const namespace = `doctor-${randomUUID().slice(0, 8)}`;
    const { clock } = new Topics(namespace);
    const admin = new TopicAdmin(new KafkaConnection(kafkaSettingsFromEnv(process.env)));
    const environment = { ...process.env, JOBSTREAM_NAMESPACE: namespace, JOBSTREAM_TOPIC_SIZE: 'small' };
    const findings = async () =>
      (await checkKafka(environment)).map(({ subject, state }) => `${subject} ${state}`);
    try {
      await admin.ensureTopics([{ name: clock, partitions: 1, cleanup: 'compact' }]);
      expect(await findings()).toEqual(['kafka ok', 'topics ok', 'clock ok']);
    } finally {
      await admin.deleteTopics([clock]);
      await admin.stop();
    }
  });

  it('says what it can not reach, and no password', async () => {
    const findings = [...(await checkKafka(nowhere)), ...(await checkPostgres(nowhere))];
    expect(findings).toMatchObject([
      { subject: 'kafka', state: 'fault', says: expect.stringContaining('127.0.0.1:1') },
      { subject: 'postgres', state: 'fault', says: expect.stringContaining('127.0.0.1:1/x') },
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it('says which setting makes no sense', async () => {
    expect(await checkKafka({ KAFKA_BROKERS: 'nonsense' })).toMatchObject([{ state: 'fault' }]);
    expect(await checkPostgres({ DATABASE_URL: 'nonsense' })).toMatchObject([{ state: 'fault' }]);
  });
});
