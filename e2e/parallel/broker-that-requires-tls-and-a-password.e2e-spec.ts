import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer } from '@jobstream/kafka';
import {
  eventually,
  freePort,
  giveBrokerRights,
  OwnStack,
  Platform,
  ServiceProcess,
  type BrokerSettings,
} from '@jobstream/testing';
import { generate } from 'selfsigned';

const password = 'correct horse';
const services = [
  'api',
  'projector',
  'scheduler',
  'probe-worker',
  'maintenance-worker',
  'http-worker',
  'webhooks-worker',
];
const userOf = (service: string) => `jobstream-${service}`;

/** A listener beside the usual one, which takes TLS and a password only, and lets each user do what it was given rights to. */
function securedListener(port: number, keyStore: string): BrokerSettings {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  return (node) => ({
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort},SECURED://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port},SECURED://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
    'listener.name.secured.ssl.keystore.type': 'PEM',
    'listener.name.secured.ssl.keystore.location': keyStore,
    'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secured.plain.sasl.jaas.config': `${login} required ${services
      .map((service) => `user_${userOf(service)}="${password}"`)
      .join(' ')};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Brokers among themselves, and whoever gives rights.
    'super.users': 'User:ANONYMOUS',
  });
}

describe('a broker that requires TLS and a password', () => {
  let folder: string;
  let stack: OwnStack;
  let secured: Record<string, string>;
  let platform: Platform;
  /** An endpoint, and a receiver of webhooks: it notes what it is sent and answers 200. */
  const sent: string[] = [];
  const server = createServer((request, response) => {
    sent.push(request.url!);
    request.resume().on('end', () => response.end('{}'));
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    folder = mkdtempSync(join(tmpdir(), 'jobstream-secured-'));
    const [caFile, keyStore] = [join(folder, 'ca.pem'), join(folder, 'broker.pem')];
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    writeFileSync(caFile, cert);
    writeFileSync(keyStore, `${key}\n${cert}`);
    const port = await freePort();
    stack = await OwnStack.start({ brokerSettings: securedListener(port, keyStore) });
    secured = {
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      KAFKA_SSL_CA_FILE: caFile,
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_PASSWORD: password,
    };
    const environmentOf = (service: string) => ({ KAFKA_SASL_USERNAME: userOf(service) });
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    platform = await Platform.start({
      services: {},
      environment: { ...secured, ENDPOINT_ALLOW: host },
      environmentOf,
    });
    await giveBrokerRights(stack.kafka.addresses, platform.namespace);
    await Promise.all(services.map((service) => platform.launch(service)));
  });
  afterAll(async () => {
    await platform?.stop();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
    server.closeAllConnections();
    server.close();
  });

  it('runs jobs for services that have both', async () => {
    const id = await platform.api.submitted('probe.run', { note: 'secret' });
    expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', result: { note: 'secret' } });
  });

  it('runs each process under the rights that docs/least-privilege.md gives it', async () => {
    const { api } = platform;
    const submit = async (payload: object, more: object = {}) => {
      const { status, body } = await api.post('/v1/jobs', { type: 'probe.run', payload, ...more });
      expect(status).toBe(202);
      return body.id as string;
    };
    const retried = await submit({ failTimes: 1 });
    const fanned = await submit({ fanOut: 2 });
    const late = await submit({}, { delay: '1s' });
    const failed = await submit({ failWith: 'non-retryable', failRuns: 1 });
    const cancelled = await submit({}, { delay: '1h' });
    for (const id of [retried, fanned, late])
      expect(await api.finished(id)).toMatchObject({ id, state: 'succeeded' });
    expect(await api.finished(failed)).toMatchObject({ state: 'dead_lettered' });
    expect((await api.post(`/v1/jobs/${cancelled}/cancel`, {})).status).toBe(202);
    expect(await api.finished(cancelled)).toMatchObject({ state: 'cancelled' });
    expect((await api.get('/v1/queues/probe/dead-letters')).status).toBe(200);
    const redrive = { source: 'dead-letters', queue: 'probe', why: 'a test' };
    expect((await api.post('/v1/replays', redrive)).status).toBe(202);
    await eventually(async () => expect(await api.job(failed)).toMatchObject({ run: 2, state: 'succeeded' }));
    for (const order of ['pause', 'resume'])
      expect((await api.post(`/v1/queues/probe/${order}`, {})).status).toBe(202);
    expect((await api.get('/v1/queues')).status).toBe(200);
    for (const type of ['health-check', 'cleanup-old-records']) {
      const { body } = await api.post('/v1/jobs', { type, payload: {} });
      expect([type, await api.finished(body.id as string)]).toMatchObject([type, { state: 'succeeded' }]);
    }
  });

  it('runs endpoints and webhooks under the rights of their workers', async () => {
    const { api } = platform;
    const { port } = server.address() as AddressInfo;
    const headers = { 'content-type': 'application/json' };
    const type = {
      endpoint: { url: `http://127.0.0.1:${port}/job` },
      queue: { name: 'http-secured' },
      payload: { type: 'object' },
      result: { type: 'object' },
    };
    const put = await api.request('PUT', '/v1/job-types/secured.call', {
      body: JSON.stringify(type),
      headers,
    });
    expect(put.status).toBe(200);
    const { status, body } = await api.post('/v1/jobs', {
      type: 'secured.call',
      payload: {},
      notify: `http://127.0.0.1:${port}/end`,
    });
    expect(status).toBe(202);
    expect(await api.finished(body.id as string)).toMatchObject({
      state: 'succeeded',
    });
    await eventually(() => expect(sent).toEqual(['/job', '/end']));
  });

  it.each([
    ['api', 'events'],
    ['probe-worker', 'control'],
    ['probe-worker', 'cancels'],
    ['probe-worker', 'maintenance'],
    ['projector', 'events'],
    ['maintenance-worker', 'control'],
    ['http-worker', 'types'],
    ['http-worker', 'webhooks'],
    ['webhooks-worker', 'control'],
  ])('lets the %s write nothing to jobs.%s', async (service, topic) => {
    const settings = kafkaSettingsFromEnv({ ...secured, KAFKA_SASL_USERNAME: userOf(service) });
    const producer = new RecordProducer(new KafkaConnection(settings));
    await producer.start();
    const record = { topic: `${platform.namespace}.jobs.${topic}`, key: 'x', value: '{}', headers: {} };
    await expect(producer.send(record)).rejects.toThrow(/not authorized/i);
    await producer.stop();
  });

  it.each([
    ['the password is wrong', { KAFKA_SASL_PASSWORD: 'guess' }, /authenticat|password/i],
    ['the certificate is not known', { KAFKA_SSL_CA_FILE: '', KAFKA_SSL: 'true' }, /certificate/i],
  ])('is not reached, and the worker says why, where %s', async (_, wrong, why) => {
    const worker = await ServiceProcess.launch('probe-worker', {
      ...platform.environment(),
      KAFKA_SASL_USERNAME: userOf('probe-worker'),
      ...wrong,
    });
    try {
      await worker.logged((line) => why.test(JSON.stringify(line)));
      expect((await fetch(`${worker.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${worker.url}/health/live`)).status).toBe(200);
    } finally {
      await worker.stop();
    }
  });
});
