import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { writeLimits } from './limits-text.js';

const everyMs = 2_000;

/** All queues; those with the largest backlog first. */
export function Queues(): VNode {
  const polled = usePolled((signal) => client.queues.list({ signal }), { key: 'queues', everyMs });
  const rows = polled.data?.items.toSorted((a, b) => b.lag - a.lag);
  return (
    <>
      <h1>Queues</h1>
      <Freshness of={polled} />
      <RowTable
        label="Queues"
        rows={rows}
        keyOf={({ queue }) => queue}
        empty="No queue yet. A worker that starts publishes its job types, and their queues with them."
        columns={[
          { title: 'Queue', cell: ({ queue }) => <a href={hrefOf('queues', queue)}>{queue}</a> },
          { title: 'State', cell: ({ paused }) => (paused ? <span class="trouble">paused</span> : 'runs') },
          { title: 'Lag', isNumber: true, cell: ({ lag }) => writeCount(lag) },
          {
            title: 'Oldest waits',
            isNumber: true,
            cell: ({ oldestWaitingSeconds: seconds }) => (seconds === null ? '' : writeSpan(seconds * 1_000)),
          },
          {
            title: 'Running',
            isNumber: true,
            cell: ({ running }) => (running === null ? '?' : writeCount(running)),
          },
          { title: 'Workers', isNumber: true, cell: ({ workers }) => writeCount(workers) },
          { title: 'Limits', cell: ({ limits }) => writeLimits(limits) },
          { title: 'Dead letters', isNumber: true, cell: ({ deadLetters }) => writeCount(deadLetters) },
        ]}
      />
    </>
  );
}
