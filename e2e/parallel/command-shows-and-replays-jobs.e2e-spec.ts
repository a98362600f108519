import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RebuildList, RebuildView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { Command } from '../command.js';

const failing = 150;

describe('the command', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } });
    const items = Array.from({ length: failing }, () => ({
      type: 'probe.run',
      payload: { failRuns: 1, failWith: 'non-retryable' },
    }));
    await platform.api.post('/v1/jobs/batch', { items });
    await eventually(
      async () => {
        const { body } = await platform.api.get<{ items: unknown[] }>(
          '/v1/queues/probe/dead-letters?limit=500',
        );
        expect(body.items.length).toBe(failing);
      },
      { everyMs: 200 },
    );
  });
  afterAll(() => platform?.stop());

  const launch = (...args: string[]) => new Command(platform.api.url).launch(args);
  const run = (...args: string[]) => launch(...args).ended;

  it('explains itself', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/redrive[\s\S]*Exit codes:/);
    expect((await run('redrive', '--help')).stdout).toContain('Examples:');
  });

  it.each([
    [['redrive'], 2, '--queue'],
    [['redrive', '--queue', 'probe', '--rate', 'fast', '--dry-run'], 2, 'whole number'],
    [['redrive', '--queue', 'probe'], 2, '--why'],
    [['redrive', '--queue', 'probe', '--rate', '0', '--dry-run'], 2, '/rate'],
    [['redrive', '--queue', 'nothing', '--dry-run'], 3, 'no such queue'],
    [['replays', 'get', '01a20495-2546-7ab4-9119-1338e5675ed4'], 3, 'no such replay'],
    [['jobs', 'get', 'nonsense'], 2, 'job id'],
    [['types', 'get', 'no.such'], 3, 'no.such'],
    [['types', 'delete', 'probe.run'], 5, 'stop them first'],
    [['rebuild', 'start', '--swap', 'never'], 2, 'when-equal'],
    [['rebuild', 'start'], 2, '--yes'],
    [['rebuild', 'get', '01a20495-2546-7ab4-9119-1338e5675ed4'], 3, 'no such rebuild'],
    [['jobs', 'get', 'x', '--url', 'http://127.0.0.1:1'], 1, 'Nothing answers'],
    [['jobs', 'get', 'x', '--url', 'localhost:3000'], 2, 'write http://host:port'],
  ])('%j ends with %d and says why', async (args, code, why) => {
    const ended = await run(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(why);
  });

  it('ends without a word when whoever reads its output has gone, as behind "| head"', async () => {
    const id = await platform.api.submitted('probe.run', {});
    const commands = [
      ['--help'],
      ['jobs', 'get', id],
      ['jobs', 'history', id, '--json'],
      ['dead-letters', 'probe', '--limit', '500'],
      ['replays', 'list'],
      ['rebuild', 'list'],
      ['redrive', '--queue', 'probe', '--dry-run'],
    ];
    const ended = commands.map((args) => {
      const { child, ended } = launch(...args);
      child.stdout.destroy();
      return ended;
    });
    expect((await Promise.all(ended)).map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      commands.map(() => ({ code: 141, stderr: '' })),
    );
  });

  it('counts first, asks before many, and leaves the data alone on stdout', async () => {
    const dryRun = await run('redrive', '--queue', 'probe', '--dry-run', '--json');
    expect(dryRun).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(dryRun.stdout)).toMatchObject({ replayable: failing });
    const unasked = await run('redrive', '--queue', 'probe', '--why', 'a test');
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toContain('--yes');
  });

  it('stops watching at Ctrl-C, while the replay goes on until it is cancelled', async () => {
    const args = ['--queue', 'probe', '--why', 'slowly', '--rate', '5', '--yes'];
    const { child, ended, watches } = launch('redrive', ...args);
    await watches;
    const id = await eventually(async () => {
      const { body } = await platform.api.get<{ items: { id: string; replayed: number }[] }>('/v1/replays');
      expect(body.items[0]!.replayed).toBeGreaterThan(0);
      return body.items[0]!.id;
    });
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`replays cancel ${id}`);
    const cancelled = await run('replays', 'cancel', id, '--json');
    // By then the scheduler may have ended it.
    expect(JSON.parse(cancelled.stdout)).toMatchObject({
      state: expect.stringMatching(/^cancell(ing|ed)$/),
    });
    const watched = await run('replays', 'watch', id, '--json');
    expect(watched.code).toBe(1);
    const { state, replayed, matched } = JSON.parse(watched.stdout) as Record<string, number | string>;
    expect({ state, replayed }).toEqual({ state: 'cancelled', replayed: matched });
    expect(await run('replays', 'cancel', id)).toMatchObject({ code: 5 });
    const { body } = await platform.api.get<{ items: { state: string }[] }>(
      `/v1/replays/${id}/jobs?limit=500`,
    );
    expect(body.items.map((job) => job.state)).toEqual(Array<string>(replayed as number).fill('replayed'));
  });

  it('redrives to the end', async () => {
    const redrive = await run(
      'redrive',
      '--queue',
      'probe',
      '--why',
      'fixed',
      '--rate',
      '1000',
      '--yes',
      '--json',
    );
    expect(redrive.code).toBe(0);
    const replay = JSON.parse(redrive.stdout) as { replayed: number; skippedBy: Record<string, number> };
    expect(replay.replayed + replay.skippedBy.already_replayed!).toBe(failing);
    const again = await run('redrive', '--queue', 'probe', '--why', 'once more', '--yes');
    expect(again).toMatchObject({ code: 0, stdout: 'Nothing to replay.\n' });
  });

  it('shows the job types and who serves them', async () => {
    expect((await run('types', 'list')).stdout).toMatch(/^probe\.run +probe +@jobstream\/probe-worker$/m);
    const shown = await run('types', 'get', 'probe.run');
    expect(shown.stdout).toMatch(
      /served by 1 worker processes[\s\S]*4 attempts[\s\S]*example: \{"sleepMs":0,/,
    );
  });

  it('shows a job and runs it again', async () => {
    const id = await platform.api.submitted('probe.run', { note: 'shown' });
    const shown = await run('jobs', 'get', id, '--wait', '30s', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ id, state: 'succeeded', result: { note: 'shown' } });
    expect((await run('jobs', 'replay', id)).stdout).toBe(`Run 2 of ${id} is in its queue.\n`);
    expect((await run('jobs', 'get', id, '--wait', '30s')).stdout).toMatch(/state +succeeded\nrun +2/);
    expect((await run('jobs', 'history', id)).stdout).toMatch(/ 1 +1 +succeeded[\s\S]* 2 +1 +queued/);
  });

  it('rebuilds status to the end, drops what was live, and knows a rebuild that is over', async () => {
    const started = await run('rebuild', 'start', '--why', 'a check', '--yes', '--json');
    expect(started.code).toBe(0);
    const { id, ...rebuilt } = JSON.parse(started.stdout) as RebuildView;
    expect(rebuilt).toMatchObject({ state: 'swapped', why: 'a check', differences: null });
    expect(rebuilt.compared).toBeGreaterThan(failing);
    expect((await run('rebuild', 'list')).stdout).toContain(`${id}  ${rebuilt.createdAt}  swapped`);
    for (const refused of [['cancel'], ['swap', '--yes']])
      expect(await run('rebuild', ...refused, id)).toMatchObject({ code: 5, stdout: '' });
    const unasked = await run('rebuild', 'drop', id);
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toContain(rebuilt.keptSchema!);
    expect(await run('rebuild', 'drop', id, '--yes')).toMatchObject({
      code: 0,
      stdout: `Schema ${rebuilt.keptSchema} is gone.\n`,
    });
    expect((await run('rebuild', 'get', id)).stdout).not.toContain('kept');
    console.log(`the command rebuilt ${rebuilt.compared} jobs from ${rebuilt.progress.records} records`);
  });

  it('stops watching at Ctrl-C, while the rebuild goes on until it is cancelled', async () => {
    // Nobody takes it, so it stays under way.
    expect(await platform.one('projector').stop()).toBe(0);
    const { child, ended, watches } = launch('rebuild', 'start', '--yes');
    await watches;
    const id = await eventually(async () => {
      const { body } = await platform.api.get<RebuildList>('/v1/rebuilds');
      expect(body.items[0]).toMatchObject({ state: 'pending' });
      return body.items[0]!.id;
    });
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`rebuild cancel ${id}`);
    expect(await run('rebuild', 'cancel', id)).toMatchObject({ code: 0 });
    await platform.launch('projector');
    const watched = await run('rebuild', 'watch', id, '--json');
    expect(watched.code).toBe(1);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'cancelled', keptSchema: null });
  });
});
