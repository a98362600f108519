const failureForm = /^((\w+ )*\w*Error\b|Exception in thread |Caused by: )|\b(ERROR|FATAL|PANIC)\b/;

/**
 * What the end of a log says about why the process ended: the last fatal or error line of JSON, else the last line that
 * names an error, as Node and Java print one that nobody caught and Kafka and Postgres log theirs, else the last line.
 */
export function findLastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map(readLogEntry);
  const failure = entries.findLast((entry) => entry?.level === 'fatal' || entry?.level === 'error');
  if (failure) return failure.words;
  const uncaught = lines.findLast((line, nth) => !entries[nth] && failureForm.test(line));
  return uncaught ?? entries.at(-1)?.words ?? lines.at(-1) ?? '';
}

function readLogEntry(line: string): { level: string | undefined; words: string } | undefined {
  try {
    const {
      level,
      msg = '',
      err,
    } = JSON.parse(line) as { level?: string; msg?: string; err?: { message?: string } };
    return { level, words: joinWords(msg, err?.message ?? '') };
  } catch {
    return undefined;
  }
}

/** A message and its error's, which pino ends with its causes'. What both say is said once. */
function joinWords(message: string, cause: string): string {
  if (message === '' || message.includes(cause)) return message || cause;
  const ends = [...cause.matchAll(/: /g)].map(({ index }) => index);
  const said = ends.findLast((end) => message.endsWith(cause.slice(0, end)));
  return said === undefined ? `${message}: ${cause}` : `${message}${cause.slice(said)}`;
}

/** {@link findLastWords} of what a program run by `execFile` wrote; Node's own message would begin with the whole command. */
export function findWordsOf(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  return findLastWords(stderr) || message;
}
