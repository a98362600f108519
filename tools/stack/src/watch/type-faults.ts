/** A place where the types are wrong, as the compiler says it. */
export interface TypeFault {
  /** From the repository's folder. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  message: string;
}

/** What a check of all types came to. */
export interface TypeReport {
  faults: TypeFault[];
}

const MOST_FAULTS = 20;

/**
 * What to tell of a check, a line each; undefined when all it found stands in files whose syntax is wrong: that has been told.
 * @param unreadable files whose syntax is wrong
 */
export function describeTypes({ faults }: TypeReport, unreadable: ReadonlySet<string>): string | undefined {
  if (faults.length === 0) return 'types: no errors';
  const news = faults.filter(({ file }) => !unreadable.has(file));
  if (news.length === 0) return undefined;
  const lines = news
    .slice(0, MOST_FAULTS)
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  const rest = news.length - lines.length;
  const count = `types: ${news.length} ${news.length === 1 ? 'error' : 'errors'}`;
  return [...lines, rest > 0 ? `${count}, ${rest} of them not shown` : count].join('\n');
}
