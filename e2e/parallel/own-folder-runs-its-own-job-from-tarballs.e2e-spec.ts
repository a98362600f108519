import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobHistory, JobTypeView } from '@jobstream/contracts/rest';
import { freePort, InstalledFolder, Platform } from '@jobstream/testing';
import { build } from 'esbuild';
import { DevSession } from '../dev-session.js';
import { isAlive } from '../is-alive.js';

/** The promise about an import of the client, with zod and a definition, bundled and not minified. */
const maxClientBytes = 300_000;

describe('tarballs installed into an empty folder outside the repository', () => {
  let platform: Platform;
  let folder: InstalledFolder;
  let session: DevSession | undefined;
  beforeAll(async () => {
    [platform, folder] = await Promise.all([
      Platform.start({ services: { api: 1, projector: 1 }, publishesTypes: false }),
      InstalledFolder.create('my-letters'),
    ]);
    folder.copy('typescript', 'typescript');
  });
  afterAll(async () => {
    await session?.interrupt();
    await platform?.stop();
    folder?.remove();
  });

  const tsc = (...args: string[]) => folder.run('node_modules/.bin/tsc', ...args);
  const jobstream = (...args: string[]) => folder.run('node_modules/.bin/jobstream', ...args);

  it('are what a new project runs on: its job beside the platform, again after each change of a file, until Ctrl-C ends all of it', async () => {
    expect(await folder.run('npm', 'test')).toContain('# pass 2');
    const port = await freePort();
    session = new DevSession(folder.path, port);
    await session.said(/^jobstream +│ ready: /);
    await session.said(/^jobstream +│ try it .*submit letter\.compose '/);
    const compose = async () => {
      const url = `http://127.0.0.1:${port}`;
      const job = await jobstream(
        '--url',
        url,
        '--json',
        'submit',
        'letter.compose',
        '{"name":"Ada"}',
        '--wait',
      );
      return JSON.parse(job) as unknown;
    };
    expect(await compose()).toMatchObject({ state: 'succeeded', result: { text: 'Dear Ada, all is well.' } });
    await session.said(/^worker +│ letter posted .*stamps=2/);
    await expect(jobstream('dev')).rejects.toThrow(
      /Jobstream is already running here \(jobstream, pid \d+\)/,
    );
    await expect(jobstream('init')).rejects.toThrow(/nothing is overwritten/);

    const file = join(folder.path, 'src/handlers.ts');
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, source.replace('const text =', 'const text = ='));
    await session.said(/^jobstream +│ src\/handlers\.ts:8:18 Unexpected "="/);
    await session.said(/^jobstream +│ the worker goes on as it was/);
    expect(await compose()).toMatchObject({ state: 'succeeded', result: { text: 'Dear Ada, all is well.' } });
    writeFileSync(file, source.replace('all is well', 'the sun shines'));
    await session.said(/^jobstream +│ src\/handlers\.ts changed; the worker is restarted/);
    await session.said(/^worker +│ worker started/);
    expect(await compose()).toMatchObject({
      state: 'succeeded',
      result: { text: 'Dear Ada, the sun shines.' },
    });

    const processes = session.processes();
    expect([...processes.keys()]).toEqual(
      expect.arrayContaining(['kafka', 'postgres', 'api', 'projector', 'scheduler', 'worker']),
    );
    expect([...processes].filter(([, pid]) => !isAlive(pid))).toEqual([]);
    await session.interrupt();
    expect([...processes].filter(([, pid]) => isAlive(pid))).toEqual([]);
    expect(existsSync(join(folder.path, '.jobstream/starter.json'))).toBe(false);
  });

  it('type a job of their own, also where the compiler checks the declarations of packages', async () => {
    expect(await tsc('-p', 'typescript')).toBe('');
    expect(JSON.parse(await tsc('-p', 'typescript', '--showConfig'))).toMatchObject({
      compilerOptions: { strict: true, skipLibCheck: false },
    });
  });

  it('test it without a broker', async () => {
    expect(await folder.run(process.execPath, '--test', 'typescript/dist')).toContain('# pass 3');
  });

  it('run it, submit it, and show its retry and its result', async () => {
    await platform.launchProgram('my-invoices', join(folder.path, 'typescript/dist/worker.js'));
    const { body } = await platform.api.get<JobTypeView>('/v1/job-types/invoice.send');
    expect(body).toMatchObject({ owner: 'my-invoices', queue: { name: 'invoices' }, workers: 1 });

    const { url } = platform.one('api');
    const submit = [process.execPath, 'typescript/dist/submit.js', '7', 'ada@example.com'];
    const lines = (await folder.run('env', `JOBSTREAM_URL=${url}`, ...submit))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; state?: string });
    expect(lines.at(-1)).toMatchObject({ state: 'succeeded', result: { pages: 1 } });
    const history = await platform.api.get<JobHistory>(`/v1/jobs/${lines.at(-1)!.id}/history`);
    const states = history.body.items.map(({ state, error }) => (error ? `${state} ${error.code}` : state));
    expect(states).toEqual(expect.arrayContaining(['queued', 'retrying greylisted', 'succeeded']));
    // The worker serves both queues.
    const reminder = { type: 'invoice.remind', payload: { id: '8', email: 'ada@example.com' } };
    const { body: accepted } = await platform.api.post<{ id: string }>('/v1/jobs', reminder);
    const reminded = await platform.api.get(`/v1/jobs/${accepted.id}?wait=30s`);
    expect(reminded.body).toMatchObject({ state: 'succeeded', queue: 'reminders' });
    const reminders = await platform.api.get<{ items: unknown[] }>(
      '/v1/jobs?type=invoice.remind&state=scheduled',
    );
    expect(reminders.body.items).toMatchObject([{ state: 'scheduled' }]);
  });

  it('bring a client of less than 300 KB with zod, without Kafka, Nest or handlers', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(folder.path, 'typescript/dist/submit.js')],
      absWorkingDir: folder.path,
      bundle: true,
      format: 'esm',
      platform: 'node',
      write: false,
      metafile: true,
    });
    const packages = Object.keys(metafile.inputs)
      .filter((file) => file.startsWith('node_modules/'))
      .map((file) =>
        file
          .split('/')
          .slice(1, file.startsWith('node_modules/@') ? 3 : 2)
          .join('/'),
      );
    expect([...new Set(packages)].sort()).toEqual(['@jobstream/client', 'zod']);
    expect(Object.keys(metafile.inputs)).not.toContain('typescript/dist/handlers.js');
    const bytes = outputFiles[0]!.contents.length;
    console.log(`client with a definition and zod, not minified: ${bytes} bytes`);
    expect(bytes).toBeLessThan(maxClientBytes);
  });

  it('serve those who have Nest', async () => {
    folder.copy('nest', 'nest');
    expect(await tsc('-p', 'nest')).toBe('');
    expect(await folder.run(process.execPath, '--test', 'nest/dist')).toContain('# pass 1');
  });
});
