import { Option, type Argument, type Command } from 'commander';
import { findPlace } from './place.js';

/** The names that the platform knows, by the names of the arguments that take them. */
export const knownNames = ['type', 'queue', 'schedule'] as const;
/** See {@link knownNames}. */
export type KnownName = (typeof knownNames)[number];

/** What the shell offers for a word. */
export interface Candidate {
  readonly word: string;
  /** Empty for none. */
  readonly description: string;
}

/** What the shell is to offer: these words, or the files that it sees itself. */
export type Candidates = readonly Candidate[] | 'files';

/** Names reach a shell: only these can't be taken for anything else there. */
const harmless = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * What the last of these words can become.
 * @param lookUp asks the platform for names; called at most once
 */
export async function findCandidates(
  program: Command,
  words: readonly string[],
  lookUp: (name: KnownName) => Promise<readonly string[]>,
): Promise<Candidates> {
  const place = findPlace(program, words);
  const word = words.at(-1) ?? '';
  const matching = (candidates: readonly Candidate[]) =>
    candidates.filter((candidate) => candidate.word.startsWith(word));
  switch (place.kind) {
    case 'command':
      return matching(
        place.commands.map((each) => ({
          word: each.name(),
          description: each.summary() || each.description(),
        })),
      );
    case 'option':
      return matching(place.options.map(({ long, description }) => ({ word: long!, description })));
    case 'value': {
      const values = await valuesOf(place.of, lookUp);
      if (values === 'files') return values;
      return matching(values.map((value) => ({ word: `${place.prefix}${value}`, description: '' })));
    }
    case 'nothing':
      return [];
  }
}

async function valuesOf(
  of: Option | Argument,
  lookUp: (name: KnownName) => Promise<readonly string[]>,
): Promise<readonly string[] | 'files'> {
  if (of.argChoices) return of.argChoices;
  const name = nameOf(of);
  if (name === 'file') return 'files';
  if (!knownNames.includes(name as KnownName)) return [];
  return (await lookUp(name as KnownName)).filter((each) => harmless.test(each));
}

/** `queue` of `--queue <queue>` and of `<queue>`. */
function nameOf(of: Option | Argument): string | undefined {
  return of instanceof Option ? /[<[]([\w-]+)/.exec(of.flags)?.[1] : of.name();
}
