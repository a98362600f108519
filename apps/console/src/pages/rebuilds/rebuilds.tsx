import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { RebuildView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 3_000;

/** The rebuilds of the status of all jobs. */
export function Rebuilds(): VNode {
  const polled = usePolled((signal) => client.rebuilds.list({ signal }), { key: 'rebuilds', everyMs });
  const [opened, setOpened] = useState<'start' | RebuildView | undefined>(undefined);
  const close = () => setOpened(undefined);
  const done = () => {
    close();
    polled.refresh();
  };
  return (
    <>
      <h1>Rebuilds</h1>
      <p>
        The status of all jobs, made again from the log beside the live one, compared, and swapped in. No job
        runs.
      </p>
      <Freshness of={polled} />
      <p class="actions">
        <ActionButton scope="operate" onClick={() => setOpened('start')}>
          Start a rebuild
        </ActionButton>
      </p>
      <RowTable
        label="Rebuilds"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No rebuild yet. One proves that the status follows from the log, or mends it."
        columns={[
          { title: 'Asked', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          {
            title: 'State',
            cell: ({ state, trouble, failure }) =>
              `${state}${(trouble ?? failure?.message) ? `: ${trouble ?? failure?.message}` : ''}`,
          },
          {
            title: 'Read',
            isNumber: true,
            cell: ({ progress: { records, total } }) => `${writeCount(records)} of ${writeCount(total)}`,
          },
          { title: 'Compared', isNumber: true, cell: ({ compared }) => writeCount(compared) },
          { title: 'Differences', cell: (rebuild) => <DifferingJobs of={rebuild} /> },
          { title: 'Why', cell: ({ why }) => why },
          {
            title: 'Act',
            cell: (rebuild) =>
              rebuild.finishedAt === null && (
                <ActionButton scope="operate" isDanger onClick={() => setOpened(rebuild)}>
                  Cancel
                </ActionButton>
              ),
          },
        ]}
      />
      {opened === 'start' && (
        <ActionDialog
          title="Start a rebuild"
          verb="Start it"
          asksWhy
          onClose={close}
          onDone={done}
          act={(why) => client.rebuilds.start({ why })}
        >
          <p>It takes the place of the live status only if every row is equal. It reads the whole log.</p>
        </ActionDialog>
      )}
      {typeof opened === 'object' && (
        <ActionDialog
          title="Cancel the rebuild"
          verb="Cancel it"
          isDanger
          onClose={close}
          onDone={done}
          act={() => client.rebuilds.cancel(opened.id)}
        >
          <p>What it has made is thrown away. The live status stays.</p>
        </ActionDialog>
      )}
    </>
  );
}

/** The first rows that differ, as links to their jobs. */
function DifferingJobs({ of: { differences } }: { readonly of: RebuildView }): VNode {
  if (!differences) return <span class="muted">none</span>;
  return (
    <details>
      <summary>{writeCount(differences.total)}</summary>
      <ul>
        {differences.first.map(({ table, key, only, columns }) => (
          <li key={`${table}/${key}`}>
            {table === 'rejected_records' ? key : <a href={hrefOf('jobs', key.slice(0, 36))}>{key}</a>}{' '}
            {only === null ? columns.join(', ') : `only in the ${only} status`}
          </li>
        ))}
      </ul>
    </details>
  );
}
