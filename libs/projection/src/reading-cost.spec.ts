import { describe, expect, it } from '@jest/globals';
import { maxDeadLetterRecordBytes, newJobId } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import type { IncomingRecord } from '@jobstream/kafka';
import { z } from 'zod';
import { projectRecord } from './rows/projected-record.js';
import { incoming, topics } from './wire-history.fixture-spec.js';

const id = newJobId();

/** As many of these JSON values, one after another, as take about so many bytes. */
function items(bytes: number, write: (index: number) => string): string {
  const parts: string[] = [];
  for (let size = 0; size < bytes; size += parts.at(-1)!.length + 1) parts.push(write(parts.length));
  return parts.join(',');
}

/** JSON of about so many bytes, each hard to read in a way of its own. */
const shapes: Record<string, (bytes: number) => string> = {
  'arrays in arrays': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'objects in objects': (bytes) => '{"a":'.repeat(bytes / 6) + '1' + '}'.repeat(bytes / 6),
  'arrays as deep as is allowed': (bytes) => `[${items(bytes, () => '['.repeat(980) + ']'.repeat(980))}]`,
  'many keys': (bytes) => `{${items(bytes, (index) => `"key ${index}":1`)}}`,
  'one key again and again': (bytes) => `{${items(bytes, () => '"key":1')}}`,
  'keys like indexes': (bytes) => `{${items(bytes, (index) => `"${index}":1`)}}`,
  'keys like indexes far apart': (bytes) =>
    `{${items(bytes, (index) => `"${4294967294 - index * 7919}":1`)}}`,
  'keys that mean something': (bytes) => `{${items(bytes, (index) => `"__proto__":{"${index}":1}`)}}`,
  'small numbers': (bytes) => `[${items(bytes, () => '1')}]`,
  'a number of many digits': (bytes) => '9'.repeat(bytes),
  'a fraction of many digits': (bytes) => `0.${'9'.repeat(bytes)}`,
  'numbers beyond all bounds': (bytes) => `[${items(bytes, () => '-1e999')}]`,
  'empty objects': (bytes) => `[${items(bytes, () => '{}')}]`,
  'a long text': (bytes) => `"${'x'.repeat(bytes)}"`,
  'NUL and half pairs': (bytes) => `"${'\\u0000\\ud800'.repeat(bytes / 12)}"`,
  'characters of four bytes': (bytes) => `"${'😀'.repeat(bytes / 4)}"`,
};

const phases = ['queued', 'succeeded', 'dead_lettered'] as const;

/** A record whose free part, or else the whole value, is this JSON. */
function recordWith(phase: (typeof phases)[number], json: string): IncomingRecord {
  const record = incoming({ id, phase });
  const value = JSON.parse(record.value!.toString()) as Record<string, unknown>;
  const field = phase === 'succeeded' ? 'result' : 'payload';
  const text = JSON.stringify({ ...value, [field]: 'here' }).replace('"here"', () => json);
  return { ...record, value: Buffer.from(text) };
}

function read(record: IncomingRecord): void {
  projectRecord(record, topics.roleOf(record.topic)!);
}

function validate(payload: unknown): void {
  for (const { payload: schema } of jobDefinitions) {
    const { error } = schema.safeParse(payload);
    if (error) z.prettifyError(error);
  }
}

/**
 * CPU that a call takes, in ms: the least of several, since other work of the process and the machine can only add to it. Looks
 * no further once it is below a bound.
 */
function costOf(call: () => void, { times = 3, below = 0 } = {}): number {
  let least = Infinity;
  for (let done = 0; done < times && least >= below; done += 1) {
    const before = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

describe.each(Object.entries(shapes))('A record of %s', (_, write) => {
  it('costs in proportion to its size, to read and fold and to validate', () => {
    const [small, large] = [write(25_000), write(100_000)] as const;
    for (const phase of phases) {
      const [ofSmall, ofLarge] = [recordWith(phase, small), recordWith(phase, large)];
      const below = 8 * costOf(() => read(ofSmall)) + 5;
      expect(costOf(() => read(ofLarge), { times: 30, below })).toBeLessThan(below);
    }
    const [payload, largePayload] = [JSON.parse(small), JSON.parse(large)] as unknown[];
    const below = 8 * costOf(() => validate(payload)) + 5;
    expect(costOf(() => validate(largePayload), { times: 30, below })).toBeLessThan(below);
  });

  // 100 ms on a core of its own. Here others are at work too.
  it('of the largest size that its topic takes holds up no reader', () => {
    const room = maxDeadLetterRecordBytes - 2_000;
    const largest = recordWith('dead_lettered', write(room));
    expect(largest.value!.length).toBeLessThan(maxDeadLetterRecordBytes);
    expect(costOf(() => read(largest), { times: 10, below: 800 })).toBeLessThan(800);
  });
});
