import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { writeFilterText } from '@jobstream/contracts';
import { ActionButton } from '../../parts/action-button.js';
import { ErrorText } from '../../parts/error-text.js';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { BulkAction } from '../jobs/bulk-action.js';

const everyMs = 10_000;
const limit = 20;

/** The newest of the jobs that failed for good again after as many replays as their type allows. A redrive of a group leaves them alone. */
export function ParkedJobs({ queue }: { readonly queue: string | undefined }): VNode {
  const inQueue = queue === undefined ? '' : ` queue:${writeFilterText(queue)}`;
  const q = `state:dead_lettered reason:parked${inQueue}`;
  const polled = usePolled((signal) => client.listPage({ q, limit, signal }), { key: q, everyMs });
  const [isRedriving, setRedriving] = useState(false);
  const jobs = polled.data?.items;
  return (
    <section aria-labelledby="parked">
      <h2 id="parked">Parked</h2>
      <Freshness of={polled} />
      <RowTable
        label="Parked jobs"
        rows={jobs}
        keyOf={({ id }) => id}
        empty="None. A job is parked when it was given up once more after as many replays as its type allows. No group takes it along."
        columns={[
          { title: 'Job', cell: ({ id }) => <a href={hrefOf('jobs', id)}>{id}</a> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'Queue', cell: (job) => job.queue },
          { title: 'Run', isNumber: true, cell: ({ run }) => run },
          { title: 'Error', cell: ({ error }) => error && <ErrorText error={error} /> },
          { title: 'Ended', cell: ({ finishedAt }) => finishedAt && <Age at={finishedAt} /> },
        ]}
      />
      {jobs && jobs.length > 0 && (
        <p class="actions">
          <ActionButton scope="operate" onClick={() => setRedriving(true)}>
            Redrive all that are parked
          </ActionButton>
          <a href={hrefOf('jobs', undefined, { q })}>All of them as a list</a>
        </p>
      )}
      {isRedriving && <BulkAction action="replay" filter={{ q }} onClose={() => setRedriving(false)} />}
    </section>
  );
}
