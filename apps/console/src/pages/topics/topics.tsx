import type { VNode } from 'preact';
import type { TopicView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 10_000;

/** The topics of the platform, or with `?queue=` those of one queue. */
export function Topics(): VNode {
  const { query } = place.value;
  const queue = query.get('queue') ?? undefined;
  const cursor = query.get('cursor') ?? undefined;
  const polled = usePolled((signal) => client.topics.list({ queue, cursor, signal }), {
    key: `${queue} ${cursor}`,
    everyMs,
  });
  return (
    <>
      <h1>Topics{queue !== undefined && ` of ${queue}`}</h1>
      {queue !== undefined && <a href={hrefOf('topics')}>All topics</a>}
      <Freshness of={polled} />
      <RowTable
        label="Topics"
        rows={polled.data?.items}
        keyOf={({ name }) => name}
        empty="No topic has this name: the first process of the platform makes them."
        columns={[
          { title: 'Topic', cell: ({ name }) => <a href={hrefOf('topics', name)}>{name}</a> },
          { title: 'Holds', cell: ({ kind, lane }) => (lane === null ? kind : `${kind} ${lane}`) },
          { title: 'Partitions', isNumber: true, cell: ({ partitions }) => partitions.length },
          { title: 'Replicas', cell: (topic) => <Replicas of={topic} /> },
          { title: 'Records at most', isNumber: true, cell: ({ records }) => writeCount(records) },
          { title: 'Offsets', cell: (topic) => <Offsets of={topic} /> },
          { title: 'Cleanup', cell: ({ cleanup }) => cleanup ?? 'not known' },
          {
            title: 'Kept',
            cell: ({ retentionMs }) => (retentionMs === null ? 'by no age' : writeSpan(retentionMs)),
          },
        ]}
      />
      <Paging page="topics" query={{ queue }} cursor={cursor} next={polled.data?.next ?? null} older="More" />
    </>
  );
}

interface OfTopic {
  readonly of: TopicView;
}

function Replicas({ of: { partitions } }: OfTopic): VNode {
  const behind = partitions.filter(({ replicas, inSync }) => inSync < replicas).length;
  return (
    <>
      {Math.max(...partitions.map(({ replicas }) => replicas))}
      {behind > 0 && <span class="trouble">, not all in sync in {behind} partitions</span>}
    </>
  );
}

function Offsets({ of: { name, partitions } }: OfTopic): VNode {
  return (
    <details>
      <summary>
        {writeCount(Math.min(...partitions.map(({ start }) => start)))} to{' '}
        {writeCount(Math.max(...partitions.map(({ end }) => end)))}
      </summary>
      {partitions.map(({ partition, start, end }) => (
        <div key={partition}>
          <a href={hrefOf('topics', name, { partition: String(partition) })}>Partition {partition}</a>:{' '}
          {writeCount(start)} to {writeCount(end)}
        </div>
      ))}
    </details>
  );
}
