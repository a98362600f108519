import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { Age, Moment } from '../../parts/moment.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 3_000;

/** All flows, newest first. */
export function Flows(): VNode {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const polled = usePolled((signal) => client.flows.list({ cursor, signal }), {
    key: cursor ?? 'newest',
    everyMs,
  });
  return (
    <>
      <h1>Flows</h1>
      <Freshness of={polled} />
      <RowTable
        label="Flows"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No flow yet. Jobs that wait for each other are one: POST /v1/flows."
        columns={[
          { title: 'Flow', cell: ({ id }) => <a href={hrefOf('flows', id)}>{id}</a> },
          { title: 'State', cell: ({ state }) => state },
          { title: 'Jobs', isNumber: true, cell: ({ progress }) => writeCount(progress.total) },
          { title: 'Succeeded', isNumber: true, cell: ({ progress }) => writeCount(progress.succeeded) },
          { title: 'Failed', isNumber: true, cell: ({ progress }) => writeCount(progress.failed) },
          { title: 'Cancelled', isNumber: true, cell: ({ progress }) => writeCount(progress.cancelled) },
          { title: 'Made', cell: ({ createdAt }) => <Age at={createdAt} /> },
          { title: 'Ended', cell: ({ finishedAt }) => finishedAt && <Moment at={finishedAt} /> },
        ]}
      />
      <Paging page="flows" cursor={cursor} next={polled.data?.next ?? null} />
    </>
  );
}
