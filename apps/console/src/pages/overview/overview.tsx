import type { VNode } from 'preact';
import { jobStates } from '@jobstream/contracts';
import type { CountsView, QueueView, RebuildView, ReplayView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { countOf, writeCount, writeRate } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled, type Polled } from '../../server/polled.js';
import { noteQueues, recentSamplesOf, samplesOf } from './queue-samples.js';
import { Spark } from './spark.js';
import { judge, ratesOf, type Verdict } from './verdict.js';

const queuesEveryMs = 2_000;
const countsEveryMs = 10_000;
const dayMs = 24 * 3_600_000;

/** What a person wants to know first: is anything wrong, and where. */
export function Overview(): VNode {
  const queues = usePolled((signal) => client.queues.list({ signal }), {
    key: 'queues',
    everyMs: queuesEveryMs,
  });
  if (queues.data) noteQueues(queues.data.items, queues.readAt);
  return (
    <>
      <h1>Overview</h1>
      <Freshness of={queues} />
      <QueueVerdicts queues={queues.data?.items} />
      <Counts />
      <UnderWay />
    </>
  );
}

interface JudgedQueue {
  readonly queue: QueueView;
  readonly verdict: Verdict;
}

const order: readonly Verdict['kind'][] = ['trouble', 'busy', 'fine'];

function QueueVerdicts({ queues }: { readonly queues: readonly QueueView[] | undefined }): VNode {
  const judged = queues
    ?.map((queue): JudgedQueue => ({ queue, verdict: judge(queue, recentSamplesOf(queue.queue)) }))
    .sort((a, b) => order.indexOf(a.verdict.kind) - order.indexOf(b.verdict.kind));
  const troubled = judged?.filter(({ verdict }) => verdict.kind === 'trouble').length ?? 0;
  return (
    <section>
      <h2>Queues</h2>
      {judged && (
        <p role="status" class={troubled > 0 ? 'trouble' : 'fine'}>
          {troubled > 0 ? `${countOf(troubled, 'queue')} in trouble.` : 'All queues are fine.'}
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
            cell: ({ queue }) => rateText(queue.queue, 'came'),
          },
          {
            title: 'Done/s',
            isNumber: true,
            cell: ({ queue }) => (
              <>
                {rateText(queue.queue, 'done')} <Spark samples={samplesOf(queue.queue)} />
              </>
            ),
          },
          { title: 'Running', isNumber: true, cell: ({ queue }) => knownCount(queue.running) },
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

function rateText(queue: string, of: 'came' | 'done'): string {
  const rates = ratesOf(recentSamplesOf(queue));
  return rates ? writeRate(rates[of]) : '…';
}

function knownCount(count: number | null): string {
  return count === null ? 'not known' : writeCount(count);
}

function Counts(): VNode {
  const all = usePolled((signal) => client.count({ signal }), { key: 'counts', everyMs: countsEveryMs });
  const at = all.data && Date.parse(all.data.at);
  const day = usePolled(
    async (signal) => (at === undefined ? undefined : client.count({ signal, since: new Date(at - dayMs) })),
    { key: at === undefined ? 'no day yet' : 'day', everyMs: countsEveryMs },
  );
  return (
    <section>
      <h2>Jobs by state</h2>
      <Freshness of={all} />
      <StateStrip counts={all} day={day.data} />
    </section>
  );
}

function StateStrip({
  counts,
  day,
}: {
  readonly counts: Polled<CountsView>;
  readonly day: CountsView | undefined;
}): VNode {
  if (!counts.data) return <p class="muted">Counting…</p>;
  const { states, total } = counts.data;
  return (
    <>
      <ul class="strip">
        {jobStates.map((state) => (
          <li key={state}>
            <a href={hrefOf('jobs', undefined, { state })}>
              <StateMark state={state} />
              <b>{writeCount(states[state])}</b>
              {day && <span class="muted">{writeCount(day.states[state])} of the last 24 h</span>}
            </a>
          </li>
        ))}
      </ul>
      <p class="muted">
        {countOf(total, 'job')}, counted <Age at={counts.data.at} />.
      </p>
    </>
  );
}

const isUnderWay = ({ finishedAt }: { readonly finishedAt: string | null }) => finishedAt === null;

function UnderWay(): VNode {
  const works = usePolled(readUnderWay, { key: 'under way', everyMs: 3_000 });
  return (
    <section>
      <h2>Replays and rebuilds under way</h2>
      <Freshness of={works} />
      <RowTable
        label="Replays and rebuilds under way"
        rows={works.data}
        keyOf={({ id }) => id}
        empty="None. A replay or a rebuild shows here from its start to its end."
        columns={[
          {
            title: 'What',
            cell: ({ id, page, what }) => (
              <a href={hrefOf(page, page === 'replays' ? id : undefined)}>{what}</a>
            ),
          },
          { title: 'State', cell: ({ state }) => state },
          {
            title: 'Progress',
            cell: ({ progress, what }) => (
              <progress aria-label={`Progress of ${what}`} value={progress} max={1} />
            ),
          },
          { title: 'Why', cell: ({ why }) => why },
          { title: 'Trouble', cell: ({ trouble }) => trouble },
        ]}
      />
    </section>
  );
}

interface Work extends Pick<ReplayView & RebuildView, 'id' | 'why' | 'trouble'> {
  readonly page: 'replays' | 'rebuilds';
  readonly what: string;
  readonly state: string;
  readonly progress: number;
}

async function readUnderWay(signal: AbortSignal): Promise<Work[]> {
  const [replays, rebuilds] = await Promise.all([
    client.replays.list({ signal, limit: 20 }),
    client.rebuilds.list({ signal }),
  ]);
  return [
    ...replays.items.filter(isUnderWay).map(({ id, why, trouble, state, progress, queue }): Work => ({
      id,
      why,
      trouble,
      state,
      progress,
      page: 'replays',
      what: `Replay in ${queue}`,
    })),
    ...rebuilds.items
      .filter(isUnderWay)
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
