/** Characters of a stack that are looked at: a worker of ours writes no more. */
const maxRead = 4_000;
const maxLine = 300;

/** `at name (place)` or `at place`, as V8 writes a frame. */
const frame = /^\s*at (?:(?:async |new )*([^()]*?) \()?([^()]*)\)?$/;
/** The line and column, which every release moves. */
const lineAndColumn = /(?::\d+){1,2}$/;

/**
 * The first frame of a stack that is neither of Node nor of a package: function and file, without lines, columns and folders. Empty where
 * there is none, as in the stack of another language.
 */
export function ownFrameOf(stack: string): string {
  for (const line of stack.slice(0, maxRead).split('\n')) {
    const [, name = '', place] = frame.exec(line.slice(0, maxLine)) ?? [];
    if (place === undefined || isForeign(place)) continue;
    const file = place.replace(lineAndColumn, '').split(/[\\/]/).at(-1)!;
    return `${name} ${file}`.trim().replace(/\d+/g, '#');
  }
  return '';
}

function isForeign(place: string): boolean {
  return !lineAndColumn.test(place) || /node:|node_modules|<anonymous>/.test(place);
}
