import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import {
  eventually,
  Platform,
  produceByConsole,
  Python,
  stackAddress,
  whyNoPython,
} from '@jobstream/testing';

const besideIt = (file: string) => fileURLToPath(new URL(`../foreign-producers/${file}`, import.meta.url));

/** A request as docs/wire-format.md describes it, in nobody's types. */
interface Request {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

function requestOf(payload: unknown): Request {
  const id = newJobId();
  const job = { v: 1, id, type: 'words.count', queue: 'words', payload, priority: 'normal', maxAttempts: 4 };
  const created = new Date().toISOString();
  return {
    key: id,
    headers: { 'js-run': '1', 'js-attempt': '1', 'js-phase': 'queued', 'js-created': created },
    value: JSON.stringify(job),
  };
}

describe('requests of an own type that are written straight to its topic', () => {
  let platform: Platform;
  let topic: string;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 }, publishesTypes: false });
    await platform.launchProgram('word-counter', besideIt('word-counter.mjs'));
    topic = platform.topics.requests('words');
  });
  afterAll(() => platform?.stop());

  /** Has them written, and expects that the first two succeed with their result and the third is dead-lettered. */
  async function expectServed(write: (requests: readonly Request[]) => Promise<void>): Promise<void> {
    const requests = [{ text: 'one two three' }, { text: 'Grüße, 世界' }, { txt: 'one' }].map(requestOf);
    await write(requests);
    const finals = await Promise.all(requests.map(({ key }) => eventually(() => platform.api.finished(key))));
    const ofWords = { type: 'words.count', queue: 'words', attempt: 1 };
    expect(finals).toMatchObject([
      { ...ofWords, state: 'succeeded', result: { words: 3 } },
      { ...ofWords, state: 'succeeded', result: { words: 2 } },
      { ...ofWords, state: 'dead_lettered', reason: 'invalid_payload' },
    ]);
  }

  it('by Kafka’s console producer in Java, are served', async () => {
    await expectServed((requests) => {
      const lines = requests.map(({ key, headers, value }) => {
        const heads = Object.entries(headers).map(([name, text]) => `${name}:${text}`);
        return [heads.join(','), key, value].join('\t');
      });
      return produceByConsole(topic, lines);
    });
  });

  const why = whyNoPython();
  (why === undefined ? it : it.skip)(
    `by kafka-python, are served${why ? `: skipped, ${why}` : ''}`,
    async () => {
      const python = await Python.provide(besideIt('requirements.txt'));
      await expectServed(async (requests) => {
        const args = [besideIt('produce.py'), stackAddress('KAFKA_BROKERS'), topic];
        await python.run(args, { input: JSON.stringify(requests) });
      });
    },
    120_000,
  );
});
