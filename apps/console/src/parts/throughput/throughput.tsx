import type { VNode } from 'preact';
import type { ThroughputStep, ThroughputView } from '@jobstream/contracts/rest';
import { writeCount } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { serverNow } from '../../server/server-clock.js';
import { Freshness } from '../freshness.js';
import { Moment } from '../moment.js';
import { RowTable } from '../row-table.js';
import { drawLine } from './chart-line.js';

const hourMs = 3_600_000;

/** Spans of time to look at. The counts are kept for a day. */
const spans = {
  '15m': { text: 'Last 15 minutes', ms: hourMs / 4, step: '10s', everyMs: 10_000 },
  '24h': { text: 'Last 24 hours', ms: 24 * hourMs, step: '10m', everyMs: 30_000 },
} as const;

const charts = {
  accepted: 'Accepted',
  succeeded: 'Succeeded',
  retried: 'Retried',
  dead_lettered: 'Dead-lettered',
} as const satisfies Partial<Record<ThroughputStep, string>>;

const all = { ...charts, expired: 'Expired', cancelled: 'Cancelled' } as const;

const width = 300;
const height = 60;

export interface ThroughputProps {
  /** Only of this queue. */
  readonly queue?: string;
  /** Only of this type. */
  readonly type?: string;
}

/** What became of jobs over time, as charts and as a table. The span of time is in the URL. */
export function Throughput({ queue, type }: ThroughputProps): VNode {
  const chosen = place.value.query.get('over') === '24h' ? '24h' : '15m';
  const { ms, step, everyMs } = spans[chosen];
  const polled = usePolled(
    (signal) => client.readThroughput({ queue, type, step, since: new Date(serverNow.peek() - ms), signal }),
    { key: JSON.stringify([chosen, queue, type]), everyMs },
  );
  return (
    <section>
      <h2>Throughput</h2>
      <p class="actions">
        {Object.entries(spans).map(([name, { text }]) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => look(name)}>
            {text}
          </button>
        ))}
      </p>
      <Freshness of={polled} />
      {polled.data && <Charts view={polled.data} />}
    </section>
  );
}

function look(over: string): void {
  const { page, item, query } = place.value;
  go(hrefOf(page, item, { ...Object.fromEntries(query), over: over === '15m' ? undefined : over }), {
    replace: true,
  });
}

function Charts({ view }: { readonly view: ThroughputView }): VNode {
  const part = writeSpan(view.stepSeconds * 1_000);
  return (
    <>
      <div class="charts">
        {Object.keys(charts).map((step) => (
          <Chart key={step} step={step as keyof typeof charts} view={view} part={part} />
        ))}
      </div>
      <p class="muted">
        From <Moment at={view.since} /> to <Moment at={view.until} />, in parts of {part}.
      </p>
      <details>
        <summary>The counts as a table</summary>
        <RowTable
          label="Throughput"
          rows={view.items.filter(hasCounts).toReversed()}
          keyOf={({ at }) => at}
          empty="Nothing was accepted or done in this time."
          columns={[
            { title: 'From', cell: ({ at }) => <Moment at={at} /> },
            ...Object.entries(all).map(([step, title]) => ({
              title,
              isNumber: true,
              cell: (row: ThroughputView['items'][number]) => writeCount(row[step as ThroughputStep]),
            })),
          ]}
        />
      </details>
    </>
  );
}

interface ChartProps {
  readonly step: keyof typeof charts;
  readonly view: ThroughputView;
  readonly part: string;
}

/** The picture says in words what matters of it; the rest is in the table. */
function Chart({ step, view, part }: ChartProps): VNode {
  const { total, most, mostAt, path } = drawLine(
    view.items.map((item) => item[step]),
    width,
    height,
  );
  const peak = most === 0 ? '' : `, at most ${writeCount(most)} in ${part}, from ${view.items[mostAt]!.at}`;
  return (
    <figure>
      <figcaption>
        {charts[step]} <b>{writeCount(total)}</b>{' '}
        {most > 0 && <span class="muted">{`at most ${writeCount(most)} in ${part}`}</span>}
      </figcaption>
      <svg
        class={`chart ${step}`}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${charts[step]}: ${writeCount(total)}${peak}`}
      >
        <path d={path} />
      </svg>
    </figure>
  );
}

function hasCounts(item: ThroughputView['items'][number]): boolean {
  return Object.keys(all).some((step) => item[step as ThroughputStep] > 0);
}
