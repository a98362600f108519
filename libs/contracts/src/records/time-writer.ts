/**
 * Makes a writer of times as records have them: ISO 8601, UTC, with milliseconds. It remembers its last one, since at
 * thousands of records a second most share their millisecond with the one before.
 * @throws RangeError (the writer) for what no `Date` can hold
 */
export function timeWriter(): (ms: number) => string {
  let last = NaN;
  let text = '';
  return (ms) => {
    if (ms === last) return text;
    text = new Date(ms).toISOString();
    last = ms;
    return text;
  };
}
