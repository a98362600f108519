import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { probeRun } from '@jobstream/jobs';
import { freePort, Platform, writeRecords } from '@jobstream/testing';

/** Words that stand nowhere but where a test puts them. */
const canary = (place: string) => `canary${place}${randomBytes(6).toString('hex')}`;
const canaries = {
  payload: canary('payload'),
  field: canary('field'),
  poison: canary('poison'),
  mail: canary('mail'),
  apiKey: canary('apikey'),
  cookie: canary('cookie'),
  trace: canary('trace'),
  body: canary('body'),
  smtp: canary('smtp'),
  database: canary('database'),
  kafka: canary('kafka'),
  query: canary('query'),
};

describe('secrets and payloads are not logged, at debug level either', () => {
  let platform: Platform;
  beforeAll(async () => {
    const smtp = `smtp://user:${canaries.smtp}@127.0.0.1:${await freePort()}`;
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1, 'notification-worker': 1 },
      environment: { SMTP_URL: smtp },
    });
  });
  afterAll(() => platform.stop());

  const logOf = (names: string[]) =>
    platform.processes.filter(({ name }) => names.includes(name)).flatMap(({ log }) => log);

  it('of requests and what they carry', async () => {
    const { api } = platform;
    const headers = { cookie: canaries.cookie, traceparent: canaries.trace };
    const { body } = await api.submit('probe.run', { note: canaries.payload, failTimes: 1 }, headers);
    await api.post('/v1/jobs', { type: 'probe.run', payload: { [canaries.field]: 1 } });
    await api.request('POST', '/v1/jobs', {
      body: `{"${canaries.body}`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${canaries.apiKey}` },
    });
    await api.get(`/v1/jobs?submittedFor=${canaries.query}`);
    const job = await api.finished(body.id as string);
    expect(job).toMatchObject({ state: 'succeeded', result: { note: canaries.payload } });
  });

  it('of records that make no sense, and of mails that can’t be sent', async () => {
    const topic = platform.topics.requests('probe');
    const id = newJobId();
    const foreign = encodeRecord({
      phase: 'queued',
      run: 1,
      attempt: 1,
      createdAt: Date.now(),
      value: {
        v: 1,
        id,
        type: probeRun.type,
        queue: 'probe',
        priority: 'normal',
        maxAttempts: 1,
        payload: { [canaries.field]: canaries.payload },
      },
    });
    await writeRecords([
      { topic, ...foreign },
      { topic, key: canaries.poison, value: `{${canaries.poison}`, headers: { poison: canaries.poison } },
    ]);
    await platform.one('probe-worker').logged(({ msg }) => msg === 'record set aside');
    expect((await platform.api.finished(id)).reason).toBe('invalid_payload');
    const mail = { to: `${canaries.mail}@example.com`, template: 'welcome' };
    const { body } = await platform.api.submit('notification.email', mail);
    await platform
      .one('notification-worker')
      .logged(({ msg, job }) => msg === 'attempt ended' && job === body.id);
  });

  it('of what services are told to reach and can’t', async () => {
    const closed = await freePort();
    const lost = await platform.launchUnready('api', {
      DATABASE_URL: `postgres://user:${canaries.database}@127.0.0.1:${closed}/none`,
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD: canaries.kafka,
    });
    const logged = (about: RegExp) =>
      lost.logged((line) => ['warn', 'error'].includes(line.level) && about.test(JSON.stringify(line)));
    await logged(/DatabaseUnreachableError/);
    await logged(/Kafka|SASL|broker/i);
  });

  it('by any service', () => {
    const lines = logOf(['api', 'projector', 'probe-worker', 'notification-worker']).map((line) =>
      JSON.stringify(line),
    );
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.some((line) => line.includes('"level":"debug"'))).toBe(true);
    const found = Object.entries(canaries).flatMap(([place, word]) =>
      lines.filter((line) => line.includes(word)).map((line) => `${place}: ${line}`),
    );
    expect(found).toEqual([]);
    console.log(`${lines.length} lines of log without any of ${Object.keys(canaries).length} canaries`);
  });

  it('but which job it is about, its run, attempt and trace', () => {
    const ended = logOf(['probe-worker']).filter(({ msg }) => msg === 'attempt ended');
    expect(ended.length).toBeGreaterThan(0);
    for (const line of ended)
      expect(line).toMatchObject({
        job: expect.any(String),
        type: 'probe.run',
        run: 1,
        attempt: expect.any(Number),
        trace: expect.stringMatching(/^[0-9a-f]{32}$/),
        service: 'probe-worker',
      });
  });
});
