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

/** All replays, newest first. */
export function Replays(): VNode {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const polled = usePolled((signal) => client.replays.list({ cursor, signal }), {
    key: cursor ?? 'newest',
    everyMs,
  });
  return (
    <>
      <h1>Replays</h1>
      <Freshness of={polled} />
      <RowTable
        label="Replays"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No replay yet. A redrive of dead letters and a job that runs again are replays."
        columns={[
          { title: 'Replay', cell: ({ id }) => <a href={hrefOf('replays', id)}>{id}</a> },
          {
            title: 'State',
            cell: ({ state, trouble }) => (trouble === null ? state : `${state}: ${trouble}`),
          },
          { title: 'Queue', cell: ({ queue }) => queue },
          { title: 'Source', cell: ({ source }) => source },
          { title: 'Run again', isNumber: true, cell: ({ replayed }) => writeCount(replayed) },
          { title: 'Passed over', isNumber: true, cell: ({ skipped }) => writeCount(skipped) },
          { title: 'Failed', isNumber: true, cell: ({ failed }) => writeCount(failed) },
          { title: 'Why', cell: ({ why }) => why },
          { title: 'Asked', cell: ({ createdAt }) => <Age at={createdAt} /> },
        ]}
      />
      <Paging page="replays" cursor={cursor} next={polled.data?.next ?? null} />
    </>
  );
}
