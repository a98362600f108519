import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { useReadPast } from '../../server/read-past.js';
import { CountStrip } from './count-strip.js';

/** How many jobs there were in which state. What else the overview shows is live. */
export function PastOverview(): VNode {
  const counted = useReadPast((at, signal) => client.count({ at, signal }), 'counts');
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
