import type { Argument, Command, Option } from 'commander';

/** What the last word of a command line can be. */
export type Place =
  | { readonly kind: 'command'; readonly commands: readonly Command[] }
  | { readonly kind: 'option'; readonly options: readonly Option[] }
  /** The value of an option or an argument. `prefix` stands before it in the same word: `--queue=`. */
  | { readonly kind: 'value'; readonly of: Option | Argument; readonly prefix: string }
  | { readonly kind: 'nothing' };

/**
 * The place of the last word among these, which follow the name of the program.
 * @param words the last one is the one to complete, perhaps empty
 */
export function findPlace(program: Command, words: readonly string[]): Place {
  const last = words.at(-1) ?? '';
  let command = program;
  let pending: Option | undefined;
  let count = 0;
  let onlyArguments = false;
  for (const word of words.slice(0, -1)) {
    if (pending) pending = undefined;
    else if (word === '--') onlyArguments = true;
    else if (!onlyArguments && word.startsWith('-'))
      pending = word.includes('=') ? undefined : taking(command, word);
    else {
      const child = count === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (child) command = child;
      else count += 1;
    }
  }
  if (pending) return { kind: 'value', of: pending, prefix: '' };
  return onlyArguments ? argumentAt(command, count) : placeOf(command, count, last);
}

function placeOf(command: Command, count: number, word: string): Place {
  const [, name, prefix] = /^((--[^=]+)=)/.exec(word) ?? [];
  const option = prefix === undefined ? undefined : taking(command, prefix);
  if (option) return { kind: 'value', of: option, prefix: name! };
  if (word.startsWith('-')) return { kind: 'option', options: optionsOf(command) };
  if (command.commands.length > 0 && count === 0)
    return { kind: 'command', commands: command.createHelp().visibleCommands(command) };
  return argumentAt(command, count);
}

function argumentAt({ registeredArguments }: Command, at: number): Place {
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[at] ?? (last?.variadic ? last : undefined);
  return argument ? { kind: 'value', of: argument, prefix: '' } : { kind: 'nothing' };
}

/** The option of this name, if it takes a value. */
function taking(command: Command, name: string): Option | undefined {
  return optionsOf(command).find((option) => option.required && [option.long, option.short].includes(name));
}

/** The options of a command, and those of all commands above it. */
function optionsOf(command: Command | null): Option[] {
  if (!command) return [];
  const own = command.createHelp().visibleOptions(command);
  const names = new Set(own.map(({ long }) => long));
  return [...own, ...optionsOf(command.parent).filter(({ long }) => !names.has(long))];
}
