import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CreateError, createProject } from './create-project.js';

describe('a new project', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'create-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));
  const create = (name: string, packages?: string) =>
    createProject({ folder: join(parent, name), packages: packages && join(parent, packages) });
  const manifest = (name: string) =>
    JSON.parse(readFileSync(join(parent, name, 'package.json'), 'utf8')) as {
      name: string;
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };

  it('has its name, our packages in the version of now, and nothing left to fill in', () => {
    const { files } = create('my-letters');
    expect(manifest('my-letters')).toMatchObject({
      name: 'my-letters',
      dependencies: { '@jobstream/worker': expect.stringMatching(/^\^\d+\.\d+\.\d+/) },
      devDependencies: { jobstream: expect.stringMatching(/^\^\d+\.\d+\.\d+/) },
    });
    expect(files).toEqual(
      expect.arrayContaining(['.dockerignore', '.gitignore', 'Dockerfile', 'src/worker.ts']),
    );
    for (const file of files)
      expect(readFileSync(join(parent, 'my-letters', file), 'utf8')).not.toMatch(/PROJECT|VERSION/);
  });

  it('may have our packages from tarballs, which it takes along', () => {
    mkdirSync(join(parent, 'tarballs/@jobstream'), { recursive: true });
    expect(() => create('letters', 'tarballs')).toThrow(/npm run pack/);
    for (const name of ['@jobstream/client', '@jobstream/worker', 'jobstream'])
      writeFileSync(join(parent, 'tarballs', `${name}.tgz`), name);
    create('letters', 'tarballs');
    expect(manifest('letters').dependencies['@jobstream/client']).toBe('file:packages/jobstream-client.tgz');
    expect(readFileSync(join(parent, 'letters/packages/jobstream.tgz'), 'utf8')).toBe('jobstream');
  });

  it('overwrites nothing: it names what is there, and writes no file', () => {
    mkdirSync(join(parent, 'old/src'), { recursive: true });
    writeFileSync(join(parent, 'old/src/jobs.ts'), 'mine');
    expect(() => create('old')).toThrow(/has src\/jobs\.ts already, and nothing is overwritten/);
    expect(readdirSync(join(parent, 'old'))).toEqual(['src']);
    writeFileSync(join(parent, 'file'), '');
    expect(() => create('file')).toThrow(/is a file/);
  });

  it.each(['My-Letters', '-letters', '.letters', 'let ters', 'jörg', 'l'.repeat(215), 'zod', 'jobstream'])(
    'is not called %s, since no package could be',
    (name) => {
      expect(() => create(name)).toThrow(CreateError);
      expect(readdirSync(parent)).toEqual([]);
    },
  );
});
