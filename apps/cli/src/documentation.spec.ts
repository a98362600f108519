import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Command } from 'commander';
import { makeProgram } from './program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter(
  (page) => page.endsWith('.md'),
);

/** The arguments of each `npx jobstream` that begins a line of a page, up to what is the shell's. */
function examplesOf(page: string): string[][] {
  const lines = readFileSync(join(root, page), 'utf8').matchAll(/^(?:\$ )?npx jobstream (.*)$/gm);
  return [...lines].map(([, line]) => {
    const words = line!.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
    const end = words.findIndex((word) => /^[#|<>;]|;$/.test(word));
    return (end < 0 ? words : words.slice(0, end + (words[end]!.endsWith(';') ? 1 : 0)))
      .map((word) => word.replace(/;$/, '').replaceAll(/["']/g, ''))
      .filter((word) => word !== '');
  });
}

/** The names of every command that runs something, as a person types them. */
function commandsBelow(command: Command, before: readonly string[] = []): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .flatMap((each) => {
      const names = [...before, each.name()];
      if (each.name() === 'help') return [];
      return each.commands.length > 0 ? commandsBelow(each, names) : [names.join(' ')];
    });
}

describe('the documentation of the command', () => {
  afterEach(() => void jest.restoreAllMocks());

  it.each(
    pages.map((page) => [page, examplesOf(page)] as const).filter(([, examples]) => examples.length > 0),
  )('%s has only commands that the program takes', async (_, examples) => {
    let told = '';
    for (const name of ['stdout', 'stderr'] as const)
      jest.spyOn(process[name], 'write').mockImplementation((text) => {
        told += String(text);
        return true;
      });
    for (const args of examples) {
      let ran = 0;
      const program = makeProgram({}, async () => void (ran += 1));
      await program.parseAsync(args, { from: 'user' }).catch((error: Error & { exitCode?: number }) => {
        if (error.exitCode !== 0) throw new Error(`${args.join(' ')}: ${told}`, { cause: error });
      });
      expect([args, ran]).toEqual([args, args.includes('--help') || args[0] === 'completion' ? 0 : 1]);
    }
  });

  it('shows every command', () => {
    const shown = examplesOf('docs/cli.md').map((args) => args.join(' '));
    const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');
    const missing = commandsBelow(makeProgram({}, async () => undefined)).filter(
      (name) =>
        !shown.some((each) => `${each} `.startsWith(`${name} `)) && !page.includes(`jobstream ${name} bash`),
    );
    expect(missing).toEqual([]);
  });
});
