import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const runProcess = new URL('../dist/run-process.js', import.meta.url).href;

/** Runs a service that does what `body` says, once nobody reads its standard error any more. */
async function run(body: string): Promise<unknown> {
  const program = `
    import { once } from 'node:events';
    import { runProcess } from ${JSON.stringify(runProcess)};
    await runProcess('print', async () => {
      console.log('started');
      await once(process.stdin, 'data');
      ${body}
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  child.stderr.destroy();
  child.stdin.end('go on');
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

describe('runProcess', () => {
  it('lets a service live whose standard error nobody reads any more', async () => {
    const writesTwice = `
      const write = () => new Promise((resolve) => process.stderr.write('a word', resolve));
      await write();
      await write();`;
    expect(await run(`${writesTwice} process.exit(7);`)).toBe(7);
  });
});
