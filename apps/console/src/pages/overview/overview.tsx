import type { VNode } from 'preact';
import type { CountsView, LiveFrame, QueueFrame, RebuildView, ReplayView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { LazyThroughput } from '../../parts/throughput/lazy-throughput.js';
import { countOf, writeCount, writeKnownCount, writeRate } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { useLive } from '../../server/live.js';
import { usePolled } from '../../server/polled.js';
import { recentSamplesOf, samplesOf } from '../../server/queue-samples.js';
import { LettersOf } from '../errors/letters-of.js';
import { Trend } from '../errors/trend.js';
import { CountStrip } from './count-strip.js';
import { Spark } from './spark.js';
import { judge, ratesOf, type QueueRates, type Verdict } from './verdict.js';

/** Records that the status may be behind without a word. */
const onTheirWay = 100;
const errorsEveryMs = 10_000;
/** Counting reads all rows. All consoles share counts that are no older than this. */
const countsEveryMs = 30_000;
const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;

/** What a person wants to know first: is anything wrong, and where. */
export function Overview(): VNode {
  return (
    <>
      <h1>Overview</h1>
      <LiveQueues />
      <LazyThroughput />
      <NewestErrors />
      <Counts />
      <UnderWay />
    </>
  );
}

/** A component of its own: what else the page shows is not rendered anew with each frame. */
function LiveQueues(): VNode {
  const live = useLive();
  return (
    <>
      <Freshness of={live} />
      <QueueVerdicts frame={live.data} />
    </>
  );
}

interface JudgedQueue {
  readonly queue: QueueFrame;
  readonly verdict: Verdict;
  /** Undefined where they are not known yet. */
  readonly rates: QueueRates | undefined;
}

const order: readonly Verdict['kind'][] = ['trouble', 'busy', 'fine'];

function QueueVerdicts({ frame }: { readonly frame: LiveFrame | undefined }): VNode {
  const judged = frame?.queues
    .map(judgeQueue)
    .sort((a, b) => order.indexOf(a.verdict.kind) - order.indexOf(b.verdict.kind));
  const troubled = judged?.filter(({ verdict }) => verdict.kind === 'trouble').length ?? 0;
  return (
    <section>
      <h2>Queues</h2>
      {frame && (
        <p role="status">
          <span class={troubled > 0 ? 'trouble' : 'fine'}>
            {troubled > 0 ? `${countOf(troubled, 'queue')} in trouble.` : 'All queues are fine.'}
          </span>{' '}
          <StatusBehind records={frame.statusBehind} />
        </p>
      )}
      <RowTable
        label="Queues"
        rows={judged}
        keyOf={({ queue }) => queue.queue}
        empty="No queue yet. A worker that starts publishes its job types, and their queues with them."
        columns={[
          {
            title: 'Queue',
            cell: ({ queue }) => <a href={hrefOf('queues', queue.queue)}>{queue.queue}</a>,
          },
          { title: 'Verdict', cell: ({ verdict }) => <span class={verdict.kind}>{verdict.text}</span> },
          {
            title: 'Came/s',
            isNumber: true,
            cell: ({ rates }) => rateText(rates?.came),
          },
          {
            title: 'Done/s',
            isNumber: true,
            cell: ({ queue, rates }) => (
              <>
                {rateText(rates?.done)} <Spark samples={samplesOf(queue.queue)} />
              </>
            ),
          },
          { title: 'Retried/s', isNumber: true, cell: ({ rates }) => rateText(rates?.retried) },
          { title: 'Dead/s', isNumber: true, cell: ({ rates }) => rateText(rates?.deadLettered) },
          { title: 'Running', isNumber: true, cell: ({ queue }) => writeKnownCount(queue.running) },
          { title: 'Workers', isNumber: true, cell: ({ queue }) => writeCount(queue.workers) },
          {
            title: 'Dead letters',
            isNumber: true,
            cell: ({ queue }) =>
              queue.deadLetters === 0 ? (
                '0'
              ) : (
                <a href={hrefOf('dead-letters', undefined, { queue: queue.queue })}>
                  {writeCount(queue.deadLetters)}
                </a>
              ),
          },
        ]}
      />
    </section>
  );
}

function judgeQueue(queue: QueueFrame): JudgedQueue {
  const samples = recentSamplesOf(queue.queue);
  return { queue, verdict: judge(queue, samples), rates: ratesOf(samples) };
}

/** Whether what is said of jobs is as new as the log. Some records are always on their way. */
function StatusBehind({ records }: { readonly records: number | null }): VNode {
  if (records === null)
    return <span class="trouble">How far the status is behind the log is not known.</span>;
  if (records <= onTheirWay) return <span class="muted">The status is up to date with the log.</span>;
  return <span class="busy">The status is {countOf(records, 'record')} behind the log.</span>;
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '…' : writeRate(rate);
}

/** Groups of errors that are named here. */
const shownGroups = 5;

/** Those that are not muted. */
function NewestErrors(): VNode {
  const polled = usePolled((signal) => client.errors.list({ muted: false, limit: shownGroups, signal }), {
    key: 'errors',
    everyMs: errorsEveryMs,
  });
  return (
    <section>
      <h2>What broke last</h2>
      <Freshness of={polled} />
      <RowTable
        label="What broke last"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="Nothing: no job has failed, or all errors are muted."
        columns={[
          { title: 'Error', cell: ({ id, code }) => <a href={hrefOf('errors', id)}>{code}</a> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'Message', cell: ({ message }) => <span class="error-text">{message}</span> },
          { title: 'Last 24 h', cell: ({ trend }) => <Trend of={trend} /> },
          { title: 'Failures', isNumber: true, cell: ({ count }) => writeCount(count) },
          { title: 'Dead letters', isNumber: true, cell: (group) => <LettersOf group={group} /> },
          { title: 'Last', cell: ({ lastAt }) => <Age at={lastAt} /> },
        ]}
      />
    </section>
  );
}

function Counts(): VNode {
  const counted = usePolled(readCounts, { key: 'counts', everyMs: countsEveryMs });
  return (
    <section>
      <h2>Jobs by state</h2>
      <Freshness of={counted} />
      {counted.data ? <CountStrip {...counted.data} /> : <p class="muted">Counting…</p>}
    </section>
  );
}

interface Counted {
  readonly all: CountsView;
  /** Of the 24 hours before `all` was counted, by the server's clock, to a minute: consoles that ask for the same share it. */
  readonly day: CountsView;
}

async function readCounts(signal: AbortSignal): Promise<Counted> {
  const maxAgeMs = countsEveryMs;
  const all = await client.count({ signal, maxAgeMs });
  const at = Date.parse(all.at);
  const day = await client.count({ signal, maxAgeMs, since: new Date(at - (at % minuteMs) - dayMs) });
  return { all, day };
}

function UnderWay(): VNode {
  const works = usePolled(readUnderWay, { key: 'under way', everyMs: paceOfWorks });
  return (
    <section>
      <h2>Under way</h2>
      <Freshness of={works} />
      <RowTable
        label="Under way"
        rows={works.data}
        keyOf={({ id }) => id}
        empty="Nothing. A replay, an action or a rebuild shows here from its start to its end."
        columns={[
          {
            title: 'What',
            cell: ({ id, page, what }) => (
              <a href={hrefOf(page, page === 'rebuilds' ? undefined : id)}>{what}</a>
            ),
          },
          { title: 'State', cell: ({ state }) => state },
          {
            title: 'Progress',
            cell: ({ progress, what }) => (
              <progress aria-label={`Progress of ${what}`} value={progress ?? undefined} max={1} />
            ),
          },
          { title: 'Why', cell: ({ why }) => why },
          { title: 'Trouble', cell: ({ trouble }) => trouble },
        ]}
      />
    </section>
  );
}

/** Progress is worth a look every few seconds; that something has begun, less often. */
function paceOfWorks(works: readonly Work[]): number {
  return works.length === 0 ? 10_000 : 3_000;
}

interface Work extends Pick<ReplayView & RebuildView, 'id' | 'why' | 'trouble'> {
  readonly page: 'replays' | 'actions' | 'rebuilds';
  readonly what: string;
  readonly state: string;
  /** From 0 to 1; null where it is not known. */
  readonly progress: number | null;
}

async function readUnderWay(signal: AbortSignal): Promise<Work[]> {
  const [replays, actions, rebuilds] = await Promise.all([
    client.replays.list({ signal, state: 'open' }),
    client.actions.list({ signal, state: 'open' }),
    // One rebuild runs at a time: the newest.
    client.rebuilds.list({ signal }),
  ]);
  return [
    ...replays.items.map(({ id, why, trouble, state, progress, queue }): Work => ({
      id,
      why,
      trouble,
      state,
      progress,
      page: 'replays',
      what: queue === null ? 'Replay' : `Replay in ${queue}`,
    })),
    // Those that run jobs again are replays.
    ...actions.items
      .filter(({ action }) => action === 'cancel')
      .map(({ id, why, trouble, state, progress, q }): Work => ({
        id,
        why,
        trouble,
        state,
        progress,
        page: 'actions',
        what: `Cancel ${q}`,
      })),
    ...rebuilds.items
      .filter(({ finishedAt }) => finishedAt === null)
      .map(({ id, why, trouble, state, progress: { records, total } }): Work => ({
        id,
        why,
        trouble,
        state,
        progress: total === 0 ? 0 : records / total,
        page: 'rebuilds',
        what: 'Rebuild',
      })),
  ];
}
