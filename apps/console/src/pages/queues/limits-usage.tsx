import type { VNode } from 'preact';
import type { LimitsUsage } from '@jobstream/contracts/rest';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { Age, Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 2_000;

/** Who uses up the limits of a queue. */
export function LimitsUse({ queue }: { readonly queue: string }): VNode {
  const polled = usePolled((signal) => client.queues.readLimitsUsage(queue, { signal }), {
    key: `limits of ${queue}`,
    everyMs,
  });
  return (
    <section>
      <h2>Limits in use</h2>
      <Freshness of={polled} />
      {polled.data && <Usage usage={polled.data} />}
    </section>
  );
}

function Usage({
  usage: { concurrency, rate, keyConcurrency, keyRate, running },
}: {
  readonly usage: LimitsUsage;
}): VNode {
  return (
    <>
      <Facts
        of={{
          'Jobs at once': concurrency && `${writeCount(concurrency.inUse)} of ${writeCount(concurrency.max)}`,
          [`Next start (${rate?.rate})`]:
            rate && (rate.nextStartAt === null ? 'now' : <Moment at={rate.nextStartAt} precise />),
          'Keys with jobs that run': keyConcurrency && writeCount(keyConcurrency.count),
          'Keys that wait for their rate': keyRate && writeCount(keyRate.count),
        }}
      />
      <RowTable
        label="Jobs that hold the permits"
        rows={running}
        keyOf={({ id }) => id}
        empty="No job runs, as far as the status knows."
        columns={[
          { title: 'Job', cell: ({ id }) => <a href={hrefOf('jobs', id)}>{id}</a> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'Key', cell: ({ key }) => key },
          { title: 'Worker', cell: ({ worker }) => worker },
          { title: 'Since', cell: ({ startedAt }) => startedAt && <Age at={startedAt} /> },
        ]}
      />
      {keyConcurrency && (
        <>
          <h3>Busiest keys of {keyConcurrency.field}</h3>
          <RowTable
            label="Busiest keys"
            rows={keyConcurrency.busiest}
            keyOf={({ key }) => key}
            empty="No key has a job that runs."
            columns={[
              { title: 'Key', cell: ({ key }) => key },
              {
                title: 'In use',
                isNumber: true,
                cell: ({ inUse }) => `${writeCount(inUse)} of ${writeCount(keyConcurrency.max)}`,
              },
            ]}
          />
        </>
      )}
      {keyRate && (
        <>
          <h3>Keys of {keyRate.field} that wait for their rate</h3>
          <RowTable
            label="Keys that wait for their rate"
            rows={keyRate.longest}
            keyOf={({ key }) => key}
            empty="None: a job of each key may start now."
            columns={[
              { title: 'Key', cell: ({ key }) => key },
              { title: 'Next start', cell: ({ nextStartAt }) => <Moment at={nextStartAt} precise /> },
            ]}
          />
        </>
      )}
    </>
  );
}
