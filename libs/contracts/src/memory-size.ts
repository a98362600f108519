/** An amount of memory: a whole number and a unit, e.g. `512MB`, `2GB`. */
export type MemorySize = `${number}${'MB' | 'GB'}`;

const pattern = /^(\d{1,6})(MB|GB)$/;
/** Node itself needs about this much. */
const minMiB = 32;

/**
 * Mebibytes of a {@link MemorySize}; a GB is 1,024 of them.
 * @throws RangeError for any other text, or less than `32MB`; the message shows the accepted forms
 */
export function parseMemorySize(text: string): number {
  const match = pattern.exec(text);
  const mebibytes = match ? Number(match[1]) * (match[2] === 'GB' ? 1_024 : 1) : 0;
  if (mebibytes < minMiB)
    throw new RangeError(
      `"${text}" is not an amount of memory. Write a whole number and a unit, at least ${minMiB}MB: 512MB or 2GB.`,
    );
  return mebibytes;
}
