import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ErrorGroup, QueueView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { filterOfLetters, LettersOf } from '../errors/letters-of.js';
import { Trend } from '../errors/trend.js';
import { BulkAction } from '../jobs/bulk-action.js';
import { ParkedJobs } from './parked-jobs.js';
import { Poison } from './poison.js';

const everyMs = 5_000;

/** Dead letters by what went wrong, over all queues or in one; parked jobs and poison apart. */
export function DeadLetters(): VNode {
  const chosen = place.value.query.get('queue') ?? undefined;
  const queues = usePolled((signal) => client.queues.list({ signal }), { key: 'queues', everyMs });
  const withLetters = queues.data?.items.filter(({ deadLetters }) => deadLetters > 0);
  return (
    <>
      <h1>Dead letters</h1>
      <p>Jobs that were given up, and records that could not be read. Those with one cause are one group.</p>
      <Freshness of={queues} />
      <QueueChoice queues={withLetters ?? []} chosen={chosen} />
      <Groups key={chosen} queue={chosen} />
      <ParkedJobs key={`parked ${chosen}`} queue={chosen} />
      {withLetters && <Poison queues={withLetters.map(({ queue }) => queue)} chosen={chosen} />}
    </>
  );
}

interface QueueChoiceProps {
  readonly queues: readonly Pick<QueueView, 'queue' | 'deadLetters'>[];
  readonly chosen: string | undefined;
}

function QueueChoice({ queues, chosen }: QueueChoiceProps): VNode {
  return (
    <label>
      Queue
      <select
        data-filter
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => go(hrefOf('dead-letters', undefined, { queue: value }))}
      >
        <option value="">all</option>
        {queues.map(({ queue, deadLetters }) => (
          <option key={queue} value={queue}>
            {queue} ({writeCount(deadLetters)})
          </option>
        ))}
      </select>
    </label>
  );
}

function Groups({ queue }: { readonly queue: string | undefined }): VNode {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const [redriven, setRedriven] = useState<ErrorGroup | undefined>(undefined);
  const polled = usePolled((signal) => client.errors.list({ deadLetters: true, queue, cursor, signal }), {
    key: cursor ?? 'newest',
    everyMs,
  });
  return (
    <section aria-labelledby="groups">
      <h2 id="groups">Groups by error</h2>
      <Freshness of={polled} />
      <RowTable
        label="Groups of dead letters"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No dead letter. A job comes here when its last attempt has failed, when no retry can help, or when it can not be read."
        columns={[
          { title: 'Dead letters', isNumber: true, cell: (group) => <LettersOf group={group} /> },
          { title: 'Error', cell: ({ id, code }) => <a href={hrefOf('errors', id)}>{code}</a> },
          { title: 'Message', cell: ({ message }) => <span class="error-text">{message}</span> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'Queue', cell: (group) => <a href={hrefOf('queues', group.queue)}>{group.queue}</a> },
          { title: 'Last 24 h', cell: ({ trend }) => <Trend of={trend} /> },
          { title: 'Failures', isNumber: true, cell: ({ count }) => writeCount(count) },
          { title: 'First', cell: ({ firstAt }) => <Age at={firstAt} /> },
          { title: 'Last', cell: ({ lastAt }) => <Age at={lastAt} /> },
          {
            title: 'Redrive',
            cell: (group) => (
              <ActionButton scope="operate" onClick={() => setRedriven(group)}>
                Redrive the group
              </ActionButton>
            ),
          },
        ]}
      />
      <Paging page="dead-letters" query={{ queue }} cursor={cursor} next={polled.data?.next ?? null} />
      <p class="muted">
        Types with more errors than are kept apart have dead letters without a group:{' '}
        <a href={hrefOf('jobs', undefined, { state: 'dead_lettered', queue })}>all dead letters as a list</a>.
      </p>
      {redriven && (
        <BulkAction
          action="replay"
          filter={filterOfLetters(redriven)}
          onClose={() => setRedriven(undefined)}
        />
      )}
    </section>
  );
}
