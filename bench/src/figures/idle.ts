import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomNamespace } from '@jobstream/testing';
import type { Figure, Sample } from '../figure.js';
import { makeStartFolder, StartedPlatform } from '../started-platform.js';
import { readThreads } from '../wake-ups.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Until then services compile, join their groups and publish what they are. */
const settleMs = 20_000;
const measuredMs = 20_000;

/** What the whole platform costs while it has no job. */
export const idle: Figure = {
  name: 'idle',
  title:
    `the platform as npm start runs it, without a job, for ${measuredMs / 1_000} s: wake-ups of all threads of a process, ` +
    'and cores that the services use together',
  targets: [
    { of: 'value', measure: 'highest wake-ups a second', atMost: 30 },
    { of: 'value', measure: 'cores', atMost: 0.03 },
  ],
  async prepare(stand) {
    const folder = await makeStartFolder();
    const platform = await StartedPlatform.start(root, join(folder.path, 'home'), {
      KAFKA_BROKERS: stand.brokers.join(','),
      DATABASE_URL: stand.databaseUrl,
      JOBSTREAM_NAMESPACE: randomNamespace(),
    });
    await sleep(settleMs);
    return {
      platform: () => measureIdle(platform),
      rivals: {},
      close: async () => {
        await platform.stop();
        await folder.remove();
      },
    };
  },
};

async function measureIdle({ processes }: StartedPlatform): Promise<Sample> {
  const services = processes.map(({ name, pid }) => ({ name, pid, before: readThreads(pid) }));
  const began = performance.now();
  await sleep(measuredMs);
  const seconds = (performance.now() - began) / 1_000;
  const used = services.map(({ name, pid, before }) => {
    const after = readThreads(pid);
    return {
      name,
      wakeUps: (after.wakeUps - before.wakeUps) / seconds,
      cores: (after.seconds - before.seconds) / seconds,
    };
  });
  return {
    'highest wake-ups a second': Math.max(...used.map(({ wakeUps }) => wakeUps)),
    ...Object.fromEntries(used.map(({ name, wakeUps }) => [`wake-ups a second of ${name}`, wakeUps])),
    cores: used.reduce((sum, { cores }) => sum + cores, 0),
    ...Object.fromEntries(used.map(({ name, cores }) => [`cores of ${name}`, cores])),
  };
}
