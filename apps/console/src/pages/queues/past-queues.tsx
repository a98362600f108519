import type { VNode } from 'preact';
import { jobStates, type JobState } from '@jobstream/contracts';
import type { CountsView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { RowTable } from '../../parts/row-table.js';
import { stateNames } from '../../parts/state-mark.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { useReadPast } from '../../server/read-past.js';

/** The jobs of each queue by the states that they had. */
export function PastQueues(): VNode {
  return (
    <>
      <h1>Queues</h1>
      <PastCounts by="queue" />
      <OfThePresent />
    </>
  );
}

/** The jobs of one queue by type, by the states that they had. */
export function PastQueue({ item: name }: { readonly item: string }): VNode {
  return (
    <>
      <h1>Queue {name}</h1>
      <PastCounts by="type" queue={name} />
      <OfThePresent />
    </>
  );
}

function OfThePresent(): VNode {
  return (
    <p class="muted">Lag, workers, limits and whether a queue was paused are known of the present alone.</p>
  );
}

interface PastCountsProps {
  readonly by: 'queue' | 'type';
  /** Only its jobs. Default: those of all queues. */
  readonly queue?: string;
}

function PastCounts({ by, queue }: PastCountsProps): VNode {
  const counted = useReadPast((at, signal) => client.count({ at, signal }), 'counts');
  return (
    <>
      <Freshness of={counted} />
      <RowTable
        label={`Jobs by ${by}`}
        rows={counted.data && rowsOf(counted.data, by, queue)}
        keyOf={({ name }) => name}
        empty="There was no job then."
        columns={[
          {
            title: by === 'queue' ? 'Queue' : 'Type',
            cell: ({ name }) =>
              by === 'queue' ? (
                <a href={hrefOf('queues', name)}>{name}</a>
              ) : (
                <a href={hrefOf('jobs', undefined, { type: name, queue })}>{name}</a>
              ),
          },
          ...jobStates.map((state) => ({
            title: stateNames[state],
            isNumber: true,
            cell: ({ name, counts }: CountRow) =>
              counts[state] && (
                <a href={hrefOf('jobs', undefined, { state, queue, [by]: name })}>
                  {writeCount(counts[state])}
                </a>
              ),
          })),
        ]}
      />
    </>
  );
}

interface CountRow {
  readonly name: string;
  readonly counts: Readonly<Partial<Record<JobState, number>>>;
}

function rowsOf({ items }: CountsView, by: 'queue' | 'type', queue: string | undefined): CountRow[] {
  const rows = new Map<string, Partial<Record<JobState, number>>>();
  for (const item of items) {
    if (queue !== undefined && item.queue !== queue) continue;
    const counts = rows.get(item[by]) ?? {};
    counts[item.state] = (counts[item.state] ?? 0) + item.count;
    rows.set(item[by], counts);
  }
  return [...rows].map(([name, counts]) => ({ name, counts }));
}
