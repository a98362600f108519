import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 10_000;

/** Every job type that can be submitted. */
export function Types(): VNode {
  const polled = usePolled((signal) => client.jobTypes.list({ signal }), { key: 'types', everyMs });
  return (
    <>
      <h1>Types</h1>
      <Freshness of={polled} />
      <RowTable
        label="Job types"
        rows={polled.data?.items}
        keyOf={({ type }) => type}
        empty="No job type yet. A worker that starts publishes its types."
        columns={[
          { title: 'Type', cell: ({ type }) => <a href={hrefOf('types', type)}>{type}</a> },
          { title: 'Queue', cell: ({ queue }) => <a href={hrefOf('queues', queue)}>{queue}</a> },
          { title: 'Owner', cell: ({ owner }) => owner },
          { title: 'Published', cell: ({ publishedAt }) => <Moment at={publishedAt} /> },
          {
            title: 'Rivals',
            cell: ({ rivals }) =>
              rivals.length > 0 && <span class="trouble">{rivals.map(({ owner }) => owner).join(', ')}</span>,
          },
          { title: 'Try', cell: ({ type }) => <a href={hrefOf('test', undefined, { type })}>Test {type}</a> },
        ]}
      />
    </>
  );
}
