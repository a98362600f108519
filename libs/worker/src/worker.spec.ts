import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, type QueueDefinition } from '@jobstream/contracts';
import { z } from 'zod';
import { worker } from './worker.js';

const run = promisify(execFile);

describe('worker', () => {
  it('refuses to be made of no handlers, and says how to make one', () => {
    expect(() => worker({ handlers: [] })).toThrow('handlers: [job.handle(…)]');
  });

  it('refuses a queue that is defined in two ways', () => {
    const jobOn = (type: string, queue: QueueDefinition) =>
      defineJob({ type, queue, payload: z.object({}), result: z.null() }).handle(() => null);
    const handlers = [jobOn('a.b', defineQueue('a')), jobOn('a.c', defineQueue('a', { priorities: true }))];
    expect(() => worker({ handlers })).toThrow('The queue "a" is defined in two ways');
  });

  it('loads nothing that runs jobs before it runs', async () => {
    const script = `
      import { defineJob, defineQueue, worker } from '@jobstream/worker';
      import { z } from 'zod';
      const job = defineJob({ type: 'a.b', queue: defineQueue('a'), payload: z.object({}), result: z.null() });
      worker({ handlers: [job.handle(() => null)] });
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /kafkajs|nestjs|pg\\//.test(file)).length);
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
    });
    expect(stdout.trim()).toBe('0');
  });
});
