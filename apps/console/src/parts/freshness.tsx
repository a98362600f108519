import type { VNode } from 'preact';
import { writeSpan } from '../numbers/span.js';
import { serverNow } from '../server/server-clock.js';
import type { Polled } from '../server/polled.js';

/** Says why what is shown may be old, and how old it is; nothing while all is well. */
export function Freshness({
  of: { data, readAt, failure },
}: {
  readonly of: Omit<Polled<unknown>, 'refresh'>;
}): VNode | null {
  if (!failure) return null;
  // Read, so that the age grows each second.
  void serverNow.value;
  const age = writeSpan(Math.floor((performance.now() - readAt) / 1_000) * 1_000);
  return (
    <p class="notice" role="status">
      <strong>{failure.text}</strong> <code>{failure.code}</code> {failure.faults.join(' ')}
      {data !== undefined && <> What is shown was read {age} ago.</>}
    </p>
  );
}
