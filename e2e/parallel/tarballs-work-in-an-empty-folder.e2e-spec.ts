import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobHistory, JobTypeView } from '@jobstream/contracts/rest';
import { InstalledFolder, Platform } from '@jobstream/testing';
import { build } from 'esbuild';

/** The promise about an import of the client, with zod and a definition, bundled and not minified. */
const maxClientBytes = 300_000;

describe('tarballs installed into an empty folder outside the repository', () => {
  let platform: Platform;
  let folder: InstalledFolder;
  beforeAll(async () => {
    [platform, folder] = await Promise.all([
      Platform.start({ services: { api: 1, projector: 1 }, publishesTypes: false }),
      InstalledFolder.install('typescript'),
    ]);
  }, 240_000);
  afterAll(async () => {
    await platform?.stop();
    folder?.remove();
  });

  const tsc = (...args: string[]) => folder.run('node_modules/.bin/tsc', ...args);

  it('type a job of their own, also where the compiler checks the declarations of packages', async () => {
    expect(await tsc()).toBe('');
    expect(JSON.parse(await tsc('--showConfig'))).toMatchObject({
      compilerOptions: { strict: true, skipLibCheck: false },
    });
  }, 120_000);

  it('test it without a broker', async () => {
    expect(await folder.run('npm', 'test')).toContain('# pass 3');
  }, 60_000);

  it('run it, submit it, and show its retry and its result', async () => {
    await platform.launchProgram('my-invoices', join(folder.path, 'dist/worker.js'));
    const { body } = await platform.api.get<JobTypeView>('/v1/job-types/invoice.send');
    expect(body).toMatchObject({ owner: 'my-invoices', queue: { name: 'invoices' }, workers: 1 });

    const { url } = platform.one('api');
    const submit = [process.execPath, 'dist/submit.js', '7', 'ada@example.com'];
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
  }, 60_000);

  it('bring a client of less than 300 KB with zod, without Kafka, Nest or handlers', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(folder.path, 'dist/submit.js')],
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
    expect(Object.keys(metafile.inputs)).not.toContain('dist/handlers.js');
    const bytes = outputFiles[0]!.contents.length;
    console.log(`client with a definition and zod, not minified: ${bytes} bytes`);
    expect(bytes).toBeLessThan(maxClientBytes);
  });

  it('serve those who have Nest', async () => {
    folder.copy('nest', 'nest');
    expect(await tsc('-p', 'nest')).toBe('');
    expect(await folder.run(process.execPath, '--test', 'nest/dist')).toContain('# pass 1');
  }, 120_000);
});
