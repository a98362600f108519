import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 3_000;

/** All actions on what met a filter, newest first. */
export function Actions(): VNode {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const polled = usePolled((signal) => client.actions.list({ cursor, signal }), {
    key: cursor ?? 'newest',
    everyMs,
  });
  return (
    <>
      <h1>Actions</h1>
      <Freshness of={polled} />
      <RowTable
        label="Actions"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No action yet. On the page of jobs, all that match a filter can be cancelled or run again."
        columns={[
          { title: 'Action', cell: ({ id }) => <a href={hrefOf('actions', id)}>{id}</a> },
          { title: 'Does', cell: ({ action }) => action },
          { title: 'Filter', cell: ({ q }) => <code>{q}</code> },
          {
            title: 'State',
            cell: ({ state, trouble }) => (trouble === null ? state : `${state}: ${trouble}`),
          },
          { title: 'Done', isNumber: true, cell: ({ done }) => writeCount(done) },
          { title: 'Passed over', isNumber: true, cell: ({ skipped }) => writeCount(skipped) },
          { title: 'Failed', isNumber: true, cell: ({ failed }) => writeCount(failed) },
          { title: 'Why', cell: ({ why }) => why },
          { title: 'Asked', cell: ({ createdAt }) => <Age at={createdAt} /> },
        ]}
      />
      <Paging page="actions" cursor={cursor} next={polled.data?.next ?? null} />
    </>
  );
}
