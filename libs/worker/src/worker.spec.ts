import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { worker } from './worker.js';

const run = promisify(execFile);

describe('worker', () => {
  it('refuses to be made of no handlers, and says how to make one', () => {
    expect(() => worker({ handlers: [] })).toThrow('handlers: [job.handle(…)]');
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
