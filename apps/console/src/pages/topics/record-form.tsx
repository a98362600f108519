import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { go, hrefOf } from '../../place/place.js';
import type { RecordWish } from './record-wish.js';

interface RecordFormProps {
  readonly name: string;
  readonly wish: RecordWish;
  /** How many partitions the topic has; undefined while that is not known. */
  readonly partitions: number | undefined;
}

/** Asks from where the records are to be shown. */
export function RecordForm({ name, wish, partitions = wish.partition + 1 }: RecordFormProps): VNode {
  const [partition, setPartition] = useState(String(wish.partition));
  const [offset, setOffset] = useState(wish.offset === undefined ? '' : String(wish.offset));
  const [since, setSince] = useState(wish.since?.toISOString() ?? '');
  const submit = (event: Event) => {
    event.preventDefault();
    go(hrefOf('topics', name, { partition, offset, since: offset === '' ? since : undefined }));
  };
  return (
    <form onSubmit={submit} class="fields">
      <label>
        Partition
        <select value={partition} onChange={(event) => setPartition(event.currentTarget.value)}>
          {Array.from({ length: partitions }, (_, nth) => (
            <option key={nth} value={String(nth)}>
              {nth}
            </option>
          ))}
        </select>
      </label>
      <label>
        From offset
        <input
          value={offset}
          inputMode="numeric"
          autocomplete="off"
          onInput={(event) => setOffset(event.currentTarget.value.trim())}
        />
      </label>
      <label>
        or from time
        <input
          value={since}
          placeholder="2026-01-31T10:00:00Z"
          autocomplete="off"
          onInput={(event) => setSince(event.currentTarget.value.trim())}
        />
      </label>
      <p class="actions">
        <button type="submit">Show</button>
        <a href={hrefOf('topics', name, { partition })}>The newest</a>
      </p>
    </form>
  );
}
