/** NUL, which Postgres' text can't hold, and halves of surrogate pairs, which UTF-8 can't. */
const unstorable = /[\0\ud800-\udfff]/u;

/** Whether a text comes back from Kafka and Postgres as it was given. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text);
}
