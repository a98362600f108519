import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One file that a generator writes: a new one, or one that is there with something added. */
export type Change =
  | { readonly kind: 'create'; readonly path: string; readonly content: string }
  | { readonly kind: 'edit'; readonly path: string; readonly edit: (content: string) => string };

/** A change that can't be made. Its message names the file. */
export class ChangeError extends Error {}

/**
 * Makes all changes, or none: each is worked out before the first is written.
 * @returns the paths written
 * @throws ChangeError where a new file is there already, or a file to edit has not what the edit looks for
 */
export function applyChanges(repository: string, changes: readonly Change[]): string[] {
  const contents = new Map<string, string>();
  for (const change of changes) {
    const file = join(repository, change.path);
    if (change.kind === 'create') {
      if (existsSync(file)) throw new ChangeError(`${change.path} is there already. Choose another name.`);
      contents.set(change.path, change.content);
    } else {
      contents.set(change.path, change.edit(contents.get(change.path) ?? readFileSync(file, 'utf8')));
    }
  }
  for (const [path, content] of contents) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }
  return [...contents.keys()];
}

/** Puts text before the first place that an anchor is found. @throws ChangeError where it is not found */
export function insertBefore(path: string, anchor: string, text: string): Change {
  return {
    kind: 'edit',
    path,
    edit: (content) => {
      const at = content.indexOf(anchor);
      if (at < 0) throw new ChangeError(`${path} has no "${anchor.trim()}" to put the new lines before.`);
      return content.slice(0, at) + text + content.slice(at);
    },
  };
}
