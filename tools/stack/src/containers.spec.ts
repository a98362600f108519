import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { NODE_OPTIONS, SERVICES } from './processes/services.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface ComposeService {
  image?: string;
  build?: { context: string; args: { APP: string } };
  environment?: Record<string, string | number>;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  healthcheck?: { test: string[] };
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  mem_limit?: string;
  stop_grace_period?: string;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};
const dockerfile = read('Dockerfile');
const ours = Object.entries(compose.services).filter(([, { build }]) => build);

describe('docker-compose.yml', () => {
  it('has every service of the platform, each built as the app of its name', () => {
    expect(ours.map(([name]) => name).sort()).toEqual([...SERVICES].sort());
    for (const [name, { build }] of ours) {
      expect(build!.args.APP).toBe(name);
      expect(existsSync(new URL(`apps/${name}/src/main.ts`, root))).toBe(true);
    }
  });

  it('sets only variables that are settings', () => {
    const settings = new Set(read('docs/configuration.md').match(/`[A-Z][A-Z_]+`/g));
    const set = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    expect(set.filter((name) => !settings.has(`\`${name}\``))).toEqual([]);
    expect(set).toEqual(expect.arrayContaining(['KAFKA_BROKERS', 'DATABASE_URL', 'STORAGE_DIR', 'SMTP_URL']));
  });

  it('publishes on the loopback only, and nothing of what can be scaled', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port] as const),
    );
    expect(published.map(([name]) => name)).toEqual(['mail', 'api']);
    for (const [, port] of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('waits for a healthy Kafka and Postgres, and gives a drain its time', () => {
    for (const [, service] of ours) {
      for (const needed of Object.entries(service.depends_on!)) {
        expect(needed[1]).toEqual({ condition: 'service_healthy' });
        expect(compose.services[needed[0]]!.healthcheck).toBeDefined();
      }
      expect(Object.keys(service.depends_on!)).toEqual(['kafka', 'postgres']);
      // DRAIN_SECONDS is 25 unless set.
      expect(parseInt(service.stop_grace_period!)).toBeGreaterThan(25);
    }
  });

  it('takes every right from every container, and gives each a limit of memory and processes', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect([name, service.cap_drop]).toEqual([name, ['ALL']]);
      expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
      expect([name, service.mem_limit]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect(service.pids_limit).toBeGreaterThan(0);
    }
  });

  it('names images by exact tags', () => {
    const images = Object.values(compose.services).flatMap(({ image }) => image ?? []);
    expect(images.length).toBe(3);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(@sha256:[0-9a-f]{64})?$/);
  });

  it('keeps data in volumes that it declares', () => {
    const used = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
    expect([...new Set(used.map((volume) => volume.split(':')[0]))].sort()).toEqual(
      Object.keys(compose.volumes).sort(),
    );
  });

  it('runs the Kafka that the embedded stack runs', () => {
    const embedded = /DEFAULT_KAFKA_VERSION = '(.+)'/.exec(
      read('tools/stack/src/kafka/kafka-distribution.ts'),
    )![1];
    expect(compose.services.kafka!.image).toBe(`apache/kafka:${embedded}`);
  });
});

describe('Dockerfile', () => {
  it('takes the app as an argument, runs as nobody special, and asks for a health that services answer', () => {
    expect(dockerfile).toMatch(/^ARG APP$/m);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('/health/ready');
    expect(read('libs/runtime/src/ops-server.ts')).toContain('/health/ready');
    expect(dockerfile).toContain(`node ${NODE_OPTIONS.join(' ')} apps/$APP/dist/bundle.js`);
  });

  it('builds on a glibc image with a Node that is new enough', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
    const oldest = /(\d+)/.exec(
      (JSON.parse(read('package.json')) as { engines: { node: string } }).engines.node,
    )![1];
    for (const image of images) {
      const [, major] = /^node:(\d+)-bookworm-slim$/.exec(image)!;
      expect(Number(major)).toBeGreaterThanOrEqual(Number(oldest));
    }
  });
});
