/** Which records a URL asks for; with neither `offset` nor `since` the newest. */
export interface RecordWish {
  readonly partition: number;
  readonly offset?: number;
  /** From the first record of this time or later. */
  readonly since?: Date;
  /** What of the URL makes no sense, and is left out of the wish. */
  readonly fault?: string;
}

/** Reads which records a URL asks for. */
export function readWish(query: URLSearchParams): RecordWish {
  const [partition, offset, since] = ['partition', 'offset', 'since'].map((name) => query.get(name) ?? '');
  const wish = { partition: isCount(partition) ? Number(partition) : 0 };
  if (partition !== '' && !isCount(partition)) return { ...wish, fault: 'A partition is a whole number.' };
  if (offset !== '')
    return isCount(offset)
      ? { ...wish, offset: Number(offset) }
      : { ...wish, fault: 'An offset is a whole number.' };
  if (since === '' || since === undefined) return wish;
  const time = new Date(since);
  return Number.isNaN(time.getTime())
    ? { ...wish, fault: 'Write a time as 2026-01-31T10:00:00Z.' }
    : { ...wish, since: time };
}

function isCount(text: string | undefined): boolean {
  return /^\d{1,15}$/.test(text ?? '');
}
