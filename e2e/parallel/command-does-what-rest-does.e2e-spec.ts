import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobView } from '@jobstream/contracts/rest';
import { Platform } from '@jobstream/testing';
import { Command, commandPath } from '../command.js';

/** A title for the terminal's window, a colour by C1, a text that runs backwards. */
const hostile = '\u001b]0;owned\u0007 \u009b31m \u202egnp.exe';

const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

const hasFish = hasShell('fish');
const hasZsh = hasShell('zsh');

describe('the command does what REST does', () => {
  let platform: Platform;
  let command: Command;
  const folder = mkdtempSync(join(tmpdir(), 'jobstream-cli-'));
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } });
    command = new Command(platform.api.url);
    await platform.api.submitted('probe.run', {});
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await platform?.stop();
  });
  const run = (...args: string[]) => command.run(...args);

  it('submits a job, waits for its end, and prints its result', async () => {
    const waited = await run('submit', 'probe.run', '{"note": "from a shell"}', '--wait', '30s', '--json');
    expect(waited.code).toBe(0);
    const { id, state } = JSON.parse(waited.stdout) as JobView;
    expect(state).toBe('succeeded');
    expect(JSON.parse((await run('jobs', 'result', id)).stdout)).toMatchObject({ note: 'from a shell' });
    const watched = (await run('jobs', 'watch', id, '--json')).stdout.trimEnd().split('\n');
    const events = watched.map((line) => JSON.parse(line) as { kind: string });
    expect(events.map(({ kind }) => kind)).toEqual(['transition', 'transition', 'end']);
  });

  it('ends with 1 when the job that it waits for fails', async () => {
    const failed = await run(
      'submit',
      'probe.run',
      '{"failWith": "non-retryable", "failTimes": 1}',
      '--wait',
    );
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('dead_lettered (non_retryable)');
    const [, id] = /id +(\S+)/.exec(failed.stdout)!;
    expect(await run('jobs', 'result', id!)).toMatchObject({ code: 1, stdout: '' });
  });

  it('leaves the job alone when Ctrl-C ends the waiting', async () => {
    const { child, ended, watches } = command.launch(['submit', 'probe.run', '{"sleepMs": 2000}', '--wait']);
    await watches;
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    const [, id] = /Job (\S+) is accepted/.exec(stderr)!;
    expect(stderr).toContain(`jobs watch ${id}`);
    expect(await run('jobs', 'result', id!, '--wait', '30s')).toMatchObject({ code: 0 });
  });

  it('never prints what a terminal would obey', async () => {
    const id = await platform.api.submitted('probe.run', { note: hostile });
    for (const args of [
      ['jobs', 'get', id, '--wait', '30s'],
      ['jobs', 'result', id],
      ['jobs', 'result', id, '--json'],
      ['jobs', 'list', '--limit', '500', '--json'],
      ['jobs', 'get', hostile],
      ['types', 'get', hostile],
    ]) {
      const { stdout, stderr } = await run(...args);
      expect(`${stdout}${stderr}`).not.toMatch(obeyed);
    }
    expect((await run('jobs', 'get', id)).stdout).toContain('\\u001b]0;owned');
    const result = await run('jobs', 'result', id, '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ note: hostile });
  });

  it.each([
    [['submit', 'probe.run', '{"a": 1,}'], 2, 'line 1, column 9'],
    [['submit', 'probe.run', '@/dev/zero'], 2, 'larger than 256 KiB'],
    [['submit', 'probe.run', '{"n": 12345678901234567890}'], 2, '/n: 12345678901234567890 would become'],
    [['submit', 'probe.rum', '{}'], 2, 'probe.run'],
    [['submit', 'probe.run', '{}', '--delay', 'soon'], 2, 'Write a whole number and a unit'],
    [['jobs', 'list', '--state', 'lost'], 2, 'Allowed choices'],
    [['cancel'], 2, "argument 'id'"],
    [['limits', 'set', 'probe'], 2, '--none'],
    [['limits', 'set', 'probe', '--key-rate', '5/s'], 2, '--key'],
    [['schedules', 'put', 'never', 'probe.run'], 2, 'Give either cron or every'],
    [['schedules', 'get', 'never'], 3, 'no such schedule'],
    [['batch', '/nowhere/jobs'], 2, 'ENOENT'],
    [['images', 'thumbnail', 'none', '-o', '/dev/null'], 3, 'image'],
  ])('%j ends with %d and says why', async (args, code, why) => {
    const ended = await run(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(why);
  });

  it('reads a payload from its standard input, no further than a job may be', async () => {
    const accepted = await command.launch(['submit', 'probe.run', '-', '--wait'], ['{"note":', '"piped"}'])
      .ended;
    expect(accepted).toMatchObject({ code: 0, stdout: expect.stringContaining('"note":"piped"') });
    const endless = (function* () {
      for (;;) yield Buffer.alloc(65_536, 0x20);
    })();
    const refused = await command.launch(['submit', 'probe.run', '-'], endless).ended;
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('The standard input is larger than 256 KiB');
  });

  it('submits a job for each line, holds none back for a faulty one, and makes none twice under a key', async () => {
    const lines = [
      '{"note": "1"}',
      '',
      '{"note": ',
      'x'.repeat(300_000),
      '{"sleepMs": "long"}',
      '{"note": "6"}',
    ];
    const args = ['batch', '--type', 'probe.run', '--idempotency-key', 'six lines', '--json'];
    const submit = () =>
      command.launch(
        args,
        lines.map((line) => `${line}\n`),
      ).ended;
    const first = await submit();
    expect(first.code).toBe(1);
    expect(first.stderr).toBe('2 jobs accepted, 3 lines refused.\n');
    const answers = first.stdout.trimEnd().split('\n');
    const byLine = answers.map(
      (line) => JSON.parse(line) as { line: number; id?: string; error?: { code: string } },
    );
    expect(byLine.toSorted((a, b) => a.line - b.line)).toMatchObject([
      { line: 1, id: expect.any(String) },
      { line: 3, error: { code: 'malformed_json', detail: expect.stringContaining('column 10') } },
      { line: 4, error: { code: 'malformed_json', detail: 'It is longer than 256 KiB.' } },
      { line: 5, error: { code: 'invalid_payload' } },
      { line: 6, id: expect.any(String) },
    ]);
    expect((await submit()).stdout).toBe(first.stdout);
  });

  it('pauses and resumes a queue, and says why a job waits', async () => {
    expect(await run('pause', 'probe')).toMatchObject({ code: 0 });
    const { stdout } = await run('submit', 'probe.run');
    const id = stdout.trim();
    expect((await run('jobs', 'get', id)).stdout).toMatch(/waits .*paused/i);
    expect((await run('queues', 'list')).stdout).toMatch(/^probe .*PAUSED$/m);
    expect((await run('queues', 'get', 'probe')).stdout).toMatch(/PAUSED[\s\S]*LANE/);
    const cancel = ['actions', 'start', 'cancel'];
    const counted = await run(...cancel, 'queue:probe type:probe.run', '--dry-run', '--json');
    expect(counted).toMatchObject({ code: 0, stdout: expect.stringContaining('"actionable":') });
    const none = await run(...cancel, 'type:no.such', '--why', 'a test');
    expect(none).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' });
    expect(await run('resume', 'probe')).toMatchObject({ code: 0, stdout: 'probe is resumed.\n' });
    expect(await run('jobs', 'result', id, '--wait', '30s')).toMatchObject({ code: 0 });
  });

  it('cancels jobs by their ids, each for itself', async () => {
    const { stdout } = await run('submit', 'probe.run', '{}', '--delay', '1h');
    const id = stdout.trim();
    const [, finished] = /"id":"([^"]+)"/.exec(
      (await run('jobs', 'list', '--state', 'succeeded', '--json')).stdout,
    )!;
    const cancelled = await run('cancel', finished!, id);
    expect(cancelled.code).toBe(5);
    expect(cancelled.stderr).toContain(finished);
    expect(cancelled.stdout).toBe(`${id}  is scheduled, its cancel is taken\n`);
    expect((await run('jobs', 'get', id, '--wait', '30s')).stdout).toMatch(/state +cancelled/);
  });

  it('limits a queue, and takes the limits back', async () => {
    const set = await run(
      'limits',
      'set',
      'probe',
      '--rate',
      '500/s',
      '--key',
      'note',
      '--key-concurrency',
      '2',
    );
    expect(set).toMatchObject({ code: 0, stdout: '500/s, 2 at once for each note\n' });
    expect((await run('limits', 'get', 'probe')).stdout).toBe(set.stdout);
    expect(await run('limits', 'clear', 'probe')).toMatchObject({ code: 0, stdout: 'none\n' });
  });

  it('makes, fires, pauses, resumes and deletes a schedule', async () => {
    const put = await run(
      'schedules',
      'put',
      'half-yearly',
      'probe.run',
      '{"note": "by plan"}',
      '--cron',
      '0 0 1 1,7 *',
    );
    expect(put.stdout).toMatch(/fires +0 0 1 1,7 \* \(UTC\)[\s\S]*\nnext/);
    const fired = (await run('schedules', 'fire', 'half-yearly')).stdout.trim();
    expect((await run('jobs', 'result', fired, '--wait', '30s')).stdout).toContain('by plan');
    expect((await run('schedules', 'pause', 'half-yearly')).stdout).toContain('half-yearly  PAUSED');
    expect((await run('schedules', 'list')).stdout).toMatch(/^half-yearly .*PAUSED$/m);
    expect((await run('schedules', 'resume', 'half-yearly')).stdout).not.toContain('PAUSED');
    expect(await run('schedules', 'delete', 'half-yearly')).toMatchObject({ code: 2, stdout: '' });
    expect(await run('schedules', 'delete', 'half-yearly', '--yes')).toMatchObject({ code: 0 });
    expect(await run('schedules', 'get', 'half-yearly')).toMatchObject({ code: 3 });
  });

  it('counts jobs, shows health, and makes and revokes API keys under the audit', async () => {
    expect((await run('jobs', 'count')).stdout).toMatch(/^TYPE .*SUCCEEDED[\s\S]*^probe\.run /m);
    expect((await run('health')).stdout).toMatch(/^ready\nPART +STATE/);
    const created = await run('keys', 'create', 'a shell', '--scope', 'read', '--expires-in', '1d', '--json');
    const { id, key } = JSON.parse(created.stdout) as { id: string; key: string };
    expect(key).toMatch(/^jsk_/);
    expect((await run('keys', 'list')).stdout).toMatch(new RegExp(`^${id} .*a shell$`, 'm'));
    expect(await run('keys', 'revoke', id, '--yes')).toMatchObject({ code: 0 });
    expect((await run('keys', 'list')).stdout).toMatch(new RegExp(`^${id} .*revoked`, 'm'));
  });

  describe('completes', () => {
    const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
    const ask = (shell: string, ...args: string[]) =>
      execFileSync(shell, args, { env: { ...env, JOBSTREAM_URL: platform.api.url }, encoding: 'utf8' });
    beforeAll(() => symlinkSync(commandPath, join(folder, 'jobstream')));

    it('names of the platform in bash, and goes on without the platform', () => {
      const script = join(folder, 'complete.bash');
      const lines = [
        'source <(jobstream completion bash)',
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _jobstream; echo "${COMPREPLY[*]}"; }',
        'try jobstream submit probe.',
        'try jobstream redrive --queue = prob',
        'try jobstream schedules pause daily',
        'try jobstream completion z',
        `try jobstream batch ${folder}/complete.b`,
        'JOBSTREAM_URL=http://127.0.0.1:1 try jobstream submit probe.',
      ];
      writeFileSync(script, `${lines.join('\n')}\n`);
      const offered = ask('bash', '--norc', script).split('\n');
      expect(offered).toEqual(['probe.run', 'probe', 'daily-stats', 'zsh', script, '', '']);
    });

    (hasFish ? it : it.skip)(
      `names of the platform in fish${hasFish ? '' : ', which is not installed'}`,
      () => {
        const script = 'jobstream completion fish | source; complete -C "jobstream submit probe."';
        expect(ask('fish', '--no-config', '-c', script)).toBe('probe.run\n');
      },
    );

    (hasZsh ? it : it.skip)(
      `nothing wrongly in zsh, which reads its script${hasZsh ? '' : ', and is not installed'}`,
      () => {
        ask('zsh', '-f', '-n', '-c', ask('jobstream', 'completion', 'zsh'));
      },
    );
  });
});

function hasShell(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
