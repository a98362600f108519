import { shownAt } from '../place/past.js';
import { usePolled, type Polled } from './polled.js';

/**
 * Reads once what was at the time that is shown.
 * @param key what is read: another key, as another time, reads anew
 */
export function useReadPast<Data>(
  read: (at: Date, signal: AbortSignal) => Promise<Data>,
  key: string,
): Polled<Data> {
  const at = shownAt.value!;
  return usePolled((signal) => read(at, signal), { key: `${key} ${at.toISOString()}`, everyMs: Infinity });
}
