import type { VNode } from 'preact';
import type { WorkerView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 5_000;

/** All worker processes, or with `?queue=` those of one queue. */
export function Workers(): VNode {
  const queue = place.value.query.get('queue') ?? undefined;
  const polled = usePolled((signal) => client.workers.list({ queue, signal }), { key: `${queue}`, everyMs });
  return (
    <>
      <h1>Workers{queue !== undefined && ` of ${queue}`}</h1>
      {queue !== undefined && <a href={hrefOf('workers')}>All workers</a>}
      <Freshness of={polled} />
      <RowTable
        label="Workers"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No worker has told of itself within ten minutes."
        columns={[
          { title: 'Worker', cell: ({ id }) => <code>{id}</code> },
          { title: 'Service', cell: ({ service }) => service },
          { title: 'Last sign', cell: (worker) => <LastSign of={worker} /> },
          { title: 'Queues', cell: (worker) => <Queues of={worker} /> },
          { title: 'Running', isNumber: true, cell: ({ runningCount }) => writeCount(runningCount) },
          { title: 'Jobs', cell: (worker) => <RunningJobs of={worker} /> },
          { title: 'Started', cell: ({ startedAt }) => <Age at={startedAt} /> },
          { title: 'Program', cell: ({ program }) => `${program.name} ${program.version ?? ''}` },
          { title: 'Jobstream', cell: ({ platformVersion }) => platformVersion },
          { title: 'MiB', isNumber: true, cell: ({ memory }) => writeCount(memory.rssBytes >> 20) },
        ]}
      />
    </>
  );
}

interface OfWorker {
  readonly of: WorkerView;
}

function LastSign({ of: { state, lastSignAt } }: OfWorker): VNode {
  return (
    <>
      {state === 'silent' && <span class="trouble">silent </span>}
      <Age at={lastSignAt} />
    </>
  );
}

function Queues({ of: { queues, queueCount } }: OfWorker): VNode {
  return (
    <>
      {queues.map(({ queue, running, slots, waiting, paused, partitions }) => (
        <div key={queue}>
          <a href={hrefOf('queues', queue)}>{queue}</a> {running} of {slots} slots
          {waiting > 0 && `, ${writeCount(waiting)} wait`}
          {paused && ', paused'}
          {partitions.map(({ topic, partitions: numbers }) => (
            <div key={topic} class="muted">
              {topic}: {numbers.join(', ')}
            </div>
          ))}
        </div>
      ))}
      {queueCount > queues.length && <div>and {writeCount(queueCount - queues.length)} more</div>}
    </>
  );
}

function RunningJobs({ of: { running, runningCount, suspects } }: OfWorker): VNode {
  return (
    <>
      {running.map(({ id, type, attempt, apart }) => (
        <div key={id}>
          <a href={hrefOf('jobs', id)}>{type}</a> attempt {attempt}
          {apart && ', apart'}
        </div>
      ))}
      {runningCount > running.length && <div>and {writeCount(runningCount - running.length)} more</div>}
      {suspects.waiting > 0 && <div class="trouble">{writeCount(suspects.waiting)} suspects wait</div>}
    </>
  );
}
