import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, OwnStack, Platform, ServiceProcess, type BrokerSettings } from '@jobstream/testing';
import { generate } from 'selfsigned';

const user = { name: 'jobstream', password: 'correct horse' };

/** A listener beside the usual one, which takes TLS and a password only. */
function securedListener(port: number, keyStore: string): BrokerSettings {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  return (node) => ({
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort},SECURED://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port},SECURED://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
    'listener.name.secured.ssl.keystore.type': 'PEM',
    'listener.name.secured.ssl.keystore.location': keyStore,
    'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secured.plain.sasl.jaas.config':
      `${login} required username="${user.name}" password="${user.password}" ` +
      `user_${user.name}="${user.password}";`,
  });
}

describe('a broker that requires TLS and a password', () => {
  let folder: string;
  let stack: OwnStack;
  let secured: Record<string, string>;
  let platform: Platform;
  beforeAll(async () => {
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
      KAFKA_SASL_USERNAME: user.name,
      KAFKA_SASL_PASSWORD: user.password,
    };
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: secured,
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs jobs for services that have both', async () => {
    const id = await platform.api.submitted('probe.run', { note: 'secret' });
    expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', result: { note: 'secret' } });
  });

  it.each([
    ['the password is wrong', { KAFKA_SASL_PASSWORD: 'guess' }, /authenticat|password/i],
    ['the certificate is not known', { KAFKA_SSL_CA_FILE: '', KAFKA_SSL: 'true' }, /certificate/i],
  ])('is not reached, and the worker says why, where %s', async (_, wrong, why) => {
    const worker = await ServiceProcess.launch('probe-worker', { ...platform.environment(), ...wrong });
    try {
      await worker.logged((line) => why.test(JSON.stringify(line)));
      expect((await fetch(`${worker.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${worker.url}/health/live`)).status).toBe(200);
    } finally {
      await worker.stop();
    }
  });
});
