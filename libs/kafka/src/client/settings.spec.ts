import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { kafkaSettingsFromEnv, KafkaSettingsError } from './settings.js';

describe('kafkaSettingsFromEnv', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kafka-settings-'));
  const pem = join(directory, 'ca.pem');
  writeFileSync(pem, 'PEM');
  afterAll(() => rmSync(directory, { recursive: true }));
  const problemsOf = (env: Record<string, string>): string => {
    try {
      kafkaSettingsFromEnv(env);
    } catch (error) {
      expect(error).toBeInstanceOf(KafkaSettingsError);
      return (error as KafkaSettingsError).message;
    }
    throw new Error('no problem was found');
  };

  it('reads settings of nothing but brokers', () => {
    expect(kafkaSettingsFromEnv({ KAFKA_BROKERS: 'one:9092, 10.0.0.2:9093' })).toEqual({
      brokers: ['one:9092', '10.0.0.2:9093'],
      clientId: 'jobstream',
    });
  });

  it('reads TLS, SASL and compression', () => {
    const settings = kafkaSettingsFromEnv({
      KAFKA_BROKERS: 'one:9092',
      JOBSTREAM_NAMESPACE: 'team',
      KAFKA_COMPRESSION: 'none',
      KAFKA_SSL_CA_FILE: pem,
      KAFKA_SSL_SERVERNAME: 'kafka.internal',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD: 'secret',
    });
    expect(settings).toMatchObject({
      namespace: 'team',
      compression: 'none',
      ssl: { ca: 'PEM', servername: 'kafka.internal' },
      sasl: { mechanism: 'scram-sha-512', username: 'user', password: 'secret' },
    });
    expect(kafkaSettingsFromEnv({ KAFKA_BROKERS: 'one:9092', KAFKA_SSL: 'true' }).ssl).toBe(true);
    expect(kafkaSettingsFromEnv({ KAFKA_BROKERS: 'one:9092', KAFKA_SSL: 'false' }).ssl).toBeUndefined();
  });

  it.each([
    [{}, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'one' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'one:0' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'one:70000,two:9092' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: '[::1]:9092' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'yes' }, 'KAFKA_SSL'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_COMPRESSION: 'zstd' }, 'KAFKA_COMPRESSION'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SSL_CA_FILE: '/does/not/exist' }, 'KAFKA_SSL_CA_FILE'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SSL_CERT_FILE: pem }, 'KAFKA_SSL_KEY_FILE'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'false', KAFKA_SSL_CA_FILE: pem }, 'KAFKA_SSL'],
    [{ KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }, 'KAFKA_SASL_MECHANISM'],
    [
      {
        KAFKA_BROKERS: 'a:1',
        KAFKA_SASL_MECHANISM: 'md5',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD: 'p',
      },
      'KAFKA_SASL_MECHANISM',
    ],
    [
      { KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'p' },
      'KAFKA_SASL_USERNAME',
    ],
    [
      { KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' },
      'KAFKA_SASL_PASSWORD',
    ],
  ])('names what is wrong with %j', (env, variable) => {
    expect(problemsOf(env)).toContain(variable);
  });

  it('names every problem at once, and never the password', () => {
    const message = problemsOf({ KAFKA_BROKERS: 'x', KAFKA_SSL: 'maybe', KAFKA_SASL_PASSWORD: 'hunter2' });
    for (const variable of ['KAFKA_BROKERS', 'KAFKA_SSL', 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME']) {
      expect(message).toContain(variable);
    }
    expect(message).not.toContain('hunter2');
  });
});
