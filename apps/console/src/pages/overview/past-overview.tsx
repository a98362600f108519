import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { shownAt } from '../../place/past.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { CountStrip } from './count-strip.js';

/** How many jobs there were in which state. What else the overview shows is live. */
export function PastOverview(): VNode {
  const at = shownAt.value!;
  const counted = usePolled((signal) => client.count({ signal, at }), {
    key: at.toISOString(),
    everyMs: Infinity,
  });
  return (
    <>
      <h1>Overview</h1>
      <section>
        <h2>Jobs by state</h2>
        <Freshness of={counted} />
        {counted.data ? <CountStrip all={counted.data} /> : <p class="muted">Counting…</p>}
      </section>
      <p class="muted">
        Rates, verdicts and what is under way are of the present alone. <a href={hrefOf('queues')}>Queues</a>{' '}
        tell the jobs of each.
      </p>
    </>
  );
}
