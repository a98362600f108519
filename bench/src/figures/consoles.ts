import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleBrowser, makeFirstApiKey, type Platform } from '@jobstream/testing';
import { Child } from '../child.js';
import { cpuMeasure } from '../cpu-meter.js';
import type { ConsoleLoad, ConsolesFound } from '../console/console-load.js';
import { asConsoleRequests, type ConsoleRequests } from '../console/recorded-requests.js';
import type { Figure, Sample } from '../figure.js';
import { drainOnce, type DrainSide } from './drain.js';

/** Open consoles, each in a session of its own. */
const openConsoles = 20;
/** A multiple of the pauses between the readings of a page. */
const periodMs = 30_000;

/**
 * What consoles that show the overview cost a drain. Twenty browsers would take the processors for themselves. So one real page is
 * recorded, and a process that is not counted asks for the same, twenty times at the same pace, and reads as many streams.
 */
export const consoles: Figure = {
  name: 'consoles',
  title: `the drain while ${openConsoles} consoles show the overview; beside it, the same that nobody watches`,
  targets: [
    { of: 'unwatched', measure: cpuMeasure, atMost: 1.02 },
    { of: 'unwatched', measure: 'jobs/s', atLeast: 0.98 },
  ],
  async prepare(stand, { jobs }) {
    const platform = await stand.startPlatform({ projector: 1 }, { API_KEYS_REQUIRED: 'true' });
    const key = await makeFirstApiKey(platform.environment());
    const { url: origin } = await platform.launch('api');
    const cookies = await Promise.all(Array.from({ length: openConsoles }, () => signIn(origin, key)));
    const requests = await recordConsole(origin, cookies[0]!);
    const load = Child.start('console/console-load.js');
    const drained = () => drainOnce(stand, jobs, sideOf(platform));
    // The first drains compile the hot code; the watched one comes first in each round.
    await drained();
    return {
      platform: async () => {
        await load.call('open', { origin, cookies, requests } satisfies ConsoleLoad);
        const sample = await drained();
        return { ...sample, ...shown(await load.call<ConsolesFound>('close')) };
      },
      rivals: { unwatched: drained },
      close: async () => {
        await Promise.all([load.stop(), platform.stop()]);
      },
    };
  },
};

/** @returns the cookie of a session */
async function signIn(origin: string, key: string): Promise<string> {
  const answer = await fetch(`${origin}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

/** What a real page asks for in one period. */
async function recordConsole(origin: string, cookie: string): Promise<ConsoleRequests> {
  const browser = await ConsoleBrowser.start();
  try {
    const [began, recordedAt] = [performance.now(), Date.now()];
    const { requests } = await browser.open(`${origin}/console`, { cookie });
    await sleep(began + periodMs - performance.now());
    return asConsoleRequests(requests, { began, periodMs, recordedAt });
  } finally {
    await browser.stop();
  }
}

function sideOf(platform: Platform): DrainSide {
  return {
    topics: platform.topics,
    startWorker: async () => {
      const worker = await platform.launch('probe-worker');
      const processes = [worker, platform.one('projector'), platform.one('api')];
      return { processes, stop: () => worker.stop() };
    },
    processes: () => platform.processes.filter(({ alive }) => alive),
  };
}

/** @throws when the consoles saw nothing: then they cost nothing either */
function shown({ answers, frames }: ConsolesFound): Sample {
  if (answers === 0 || frames === 0) throw new Error('The consoles were told nothing.');
  return { 'answers to consoles': answers, 'frames to consoles': frames };
}
