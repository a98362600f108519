import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');
const documented = new Set(page.match(/`[A-Z][A-Z_]+`/g)?.map((name) => name.slice(1, -1)));

/** Variables of the system or of other programs, which the code reads and nobody sets for us. */
const foreign = /^(PATH|HOME|CI|JEST_|NODE_|JAVA_|JDK_|_JAVA|CLASSPATH|NO_COLOR|TERM|SUDO_|LOCALAPPDATA)/;

function sources(): string[] {
  return ['apps', 'libs', 'tools']
    .flatMap((kind) =>
      readdirSync(new URL(`${kind}/`, root), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${kind}/${path}`,
      ),
    )
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !path.includes('spec') && !path.includes('node_modules'))
    .map((path) => readFileSync(new URL(path, root), 'utf8'));
}

/** Names that the code declares in a settings schema or reads off an environment. */
function namesIn(text: string): string[] {
  const declared = text.match(/^\s+([A-Z][A-Z_]{3,}): (z\.|portSetting|days\(|[a-z]\w*Schema)/gm) ?? [];
  const read = text.match(/\b(env|environment|process\.env)\.([A-Z][A-Z_]{3,})/g) ?? [];
  return [...declared, ...read].map((match) => /([A-Z][A-Z_]{3,})/.exec(match)![1]!);
}

describe('docs/configuration.md', () => {
  const names = new Set(
    sources()
      .flatMap(namesIn)
      .filter((name) => !foreign.test(name)),
  );

  it('lists every setting that the code reads', () => {
    expect(names.size).toBeGreaterThan(15);
    expect([...names].filter((name) => !documented.has(name))).toEqual([]);
  });

  it('lists only settings that the code reads', () => {
    const all = sources().join('\n');
    expect([...documented].filter((name) => !all.includes(name))).toEqual([]);
  });
});
