import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderError } from './file-errors.js';
import { findWorkplace, prepareHome, prepareWorkplace } from './workplace.js';

describe('the home of a platform', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'workplace-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it.each([`jörg's "日本", 100%41 #1 \\u0041`, ' spaces at both ends ', 'n'.repeat(255)])(
    'may be called %j',
    (name) => {
      prepareHome(join(parent, name));
      expect(readdirSync(parent)).toEqual([name]);
      expect(readdirSync(join(parent, name))).toEqual([]);
    },
  );

  it.each([
    ['with a line break', 'a\nb', /there is a line break in the path/],
    [
      'longer than Postgres knows paths',
      `${'n'.repeat(200)}/`.repeat(5),
      /over 850 bytes is too long for Postgres/,
    ],
  ])('%s is refused by a message that names JOBSTREAM_HOME', (_, name, why) => {
    const prepare = () => prepareHome(join(parent, name));
    expect(prepare).toThrow(FolderError);
    expect(prepare).toThrow(why);
    expect(prepare).toThrow(/Set JOBSTREAM_HOME to /);
    expect(readdirSync(parent)).toEqual([]);
  });

  // Every write to /dev/full fails as on a disk without room.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('on a full disk is refused by such a message too', () => {
    symlinkSync('/dev/full', join(parent, 'room.probe'));
    expect(() => prepareHome(parent)).toThrow(
      /no room is left on the disk \(ENOSPC\)\. Set JOBSTREAM_HOME to /,
    );
    prepareHome(parent);
  });
});

describe('the files of a platform', () => {
  let parent: string;
  let umask: number;
  beforeEach(() => {
    umask = process.umask(0o022);
    parent = mkdtempSync(join(tmpdir(), 'workplace-'));
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(parent, { recursive: true });
  });

  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const prepare = (home: string, isRoot: boolean) => {
    const workplace = findWorkplace({ JOBSTREAM_HOME: home });
    prepareWorkplace(workplace, isRoot);
    writeFileSync(workplace.processesFile, '[]');
    return workplace;
  };

  it('are for their user alone', () => {
    const workplace = prepare(join(parent, 'home'), false);
    expect(readdirSync(workplace.home).sort()).toEqual([
      'demo',
      'kafka',
      'logs',
      'mails',
      'postgres',
      'processes.json',
      'storage',
    ]);
    const { home, demo, kafka, logs, mails, postgres, storage } = workplace;
    for (const folder of [home, demo, kafka, logs, mails, postgres, storage])
      expect([folder, modeOf(folder)]).toEqual([folder, '700']);
    expect(modeOf(workplace.processesFile)).toBe('600');
  });

  it("let root's Postgres pass through to its data and look at nothing", () => {
    const { home, postgres, logs } = prepare(join(parent, 'home'), true);
    expect([home, postgres, logs].map(modeOf)).toEqual(['711', '711', '700']);
  });

  it('become private where they were not, and what is not theirs stays as it is', () => {
    const shared = join(parent, 'shared');
    mkdirSync(join(shared, 'logs'), { recursive: true });
    mkdirSync(join(shared, 'other'));
    chmodSync(shared, 0o755);
    const { home, logs } = prepare(shared, false);
    expect([home, join(home, 'other'), logs].map(modeOf)).toEqual(['755', '755', '700']);
    const elsewhere = join(parent, 'objects');
    mkdirSync(elsewhere);
    chmodSync(elsewhere, 0o755);
    prepareWorkplace(findWorkplace({ JOBSTREAM_HOME: join(parent, 'home'), STORAGE_DIR: elsewhere }), false);
    expect(modeOf(elsewhere)).toBe('755');
  });
});
