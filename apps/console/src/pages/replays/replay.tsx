import { useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { isFinal } from '@jobstream/contracts';
import type { JobView, ReplayView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { JsonText } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { FaultList, OrderProgress } from '../../parts/order-progress.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { writeCount, writeRate, writeReasons } from '../../numbers/count.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { judgeRuns } from '../job/runs/run-verdict.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 2_000;
/** Jobs of a replay whose state is shown. */
const shownJobs = 50;

/** One replay: how far it is, what it made, and what became of it. */
export function Replay({ item: id }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.replays.read(id, { signal }), { key: id, everyMs });
  const [isCancelling, setCancelling] = useState(false);
  const replay = polled.data;
  const isUnderWay = replay?.finishedAt === null;
  usePageKeys(isUnderWay ? { c: { text: 'cancel it', run: () => setCancelling(true) } } : {});
  return (
    <>
      <h1>
        Replay <code class="id">{id}</code>
      </h1>
      <Freshness of={polled} />
      {replay && isUnderWay && (
        <p class="actions">
          <ActionButton scope="operate" isDanger letter="c" onClick={() => setCancelling(true)}>
            Cancel
          </ActionButton>
        </p>
      )}
      {replay && <ReplayFacts replay={replay} />}
      <ReplayedJobs key={id} id={id} isOver={replay !== undefined && !isUnderWay} />
      {isCancelling && (
        <ActionDialog
          title="Cancel the replay"
          verb="Cancel it"
          isDanger
          onClose={() => setCancelling(false)}
          act={() => client.replays.cancel(id)}
        >
          <p>It makes no further run. The runs that it has made go on.</p>
        </ActionDialog>
      )}
    </>
  );
}

function ReplayFacts({ replay }: { readonly replay: ReplayView }): VNode {
  const { skippedBy, faults, patch } = replay;
  const reasons = writeReasons(skippedBy);
  return (
    <>
      <OrderProgress {...replay} />
      <Facts
        of={{
          Why: replay.why,
          'Asked for by': replay.requestedBy,
          Asked: <Moment at={replay.createdAt} />,
          Ended: replay.finishedAt && <Moment at={replay.finishedAt} />,
          Queue: replay.queue !== null && <a href={hrefOf('queues', replay.queue)}>{replay.queue}</a>,
          Source: replay.source,
          Matched: writeCount(replay.matched),
          'Run again': writeCount(replay.replayed),
          'Passed over': `${writeCount(replay.skipped)}${reasons === '' ? '' : ` (${reasons})`}`,
          Failed: writeCount(replay.failed),
          Rate:
            replay.rate === null
              ? null
              : `at most ${writeCount(replay.rate)} a second, so far ${writeRate(replay.throughput ?? 0)}`,
        }}
      />
      {Object.keys(replay.filter).length > 0 && (
        <section>
          <h2>Filter</h2>
          <JsonText label="Filter" value={replay.filter} />
        </section>
      )}
      {patch && (
        <section>
          <h2>Patch</h2>
          <JsonText label="Patch" value={patch} />
        </section>
      )}
      <FaultList title="Jobs that could not run again" faults={faults} />
    </>
  );
}

interface ReplayedJobsProps {
  readonly id: string;
  /** Whether the replay makes no further run. */
  readonly isOver: boolean;
}

/** Jobs that have ended are read no more; once the replay and all of them have, nothing is. */
function ReplayedJobs({ id, isOver }: ReplayedJobsProps): VNode {
  const ended = useRef(new Map<string, EndedRun>());
  const [areAllEnded, setAllEnded] = useState(false);
  const isSettled = isOver && areAllEnded;
  const polled = usePolled(
    async (signal) => {
      const jobs = await readReplayed(id, ended.current, signal);
      setAllEnded(
        jobs.every(({ id, run, state }) => state === 'refused' || ended.current.has(keyOf({ id, run }))),
      );
      return jobs;
    },
    { key: id, everyMs: isSettled ? Infinity : everyMs },
  );
  return (
    <section>
      <h2>What became of its jobs</h2>
      <Freshness of={polled} />
      <RowTable
        label="What became of its jobs"
        rows={polled.data}
        keyOf={(job) => keyOf(job)}
        empty="It has made no run yet."
        columns={[
          { title: 'Job', cell: (job) => <a href={hrefOf('jobs', job.id)}>{job.id}</a> },
          { title: 'Run', isNumber: true, cell: ({ run }) => run },
          { title: 'Put into its queue', cell: ({ state, detail }) => detail ?? state },
          { title: 'State now', cell: ({ now }) => now && <StateMark state={now.state} /> },
          { title: 'Compared with the run before', cell: ({ verdict }) => verdict },
          {
            title: 'Error now',
            cell: ({ now }) => now?.error && <span class="error-text">{now.error.message}</span>,
          },
        ]}
      />
    </section>
  );
}

/** The first jobs of the replay, each as it is now. @param ended those that need no other look, by id and run */
async function readReplayed(id: string, ended: Map<string, EndedRun>, signal: AbortSignal) {
  const { items } = await client.replays.listJobs(id, { signal, limit: shownJobs });
  const known = await Promise.all(
    items.map(async (item) => {
      const key = keyOf(item);
      const now = ended.get(key)?.now ?? (await client.read(item.id, { signal }).catch(() => undefined));
      return { ...item, now };
    }),
  );
  // One after another: each reads records of the log.
  for (const { now, ...item } of known) {
    const isOver = now !== undefined && (now.run > item.run || (now.run === item.run && isFinal(now.state)));
    if (!isOver || ended.has(keyOf(item))) continue;
    const verdict = await judgeRun(item.id, item.run, signal).catch(() => undefined);
    if (verdict !== undefined) ended.set(keyOf(item), { now, verdict });
  }
  return known.map((item) => ({ ...item, verdict: ended.get(keyOf(item))?.verdict }));
}

interface EndedRun {
  readonly now: JobView;
  /** Null where there is no run before it to compare it with. */
  readonly verdict: string | null;
}

function keyOf({ id, run }: { readonly id: string; readonly run: number }): string {
  return `${id}/${run}`;
}

/** What became of a run, in the light of the run before it; null where that is not known. */
async function judgeRun(id: string, run: number, signal: AbortSignal): Promise<string | null> {
  const { items } = await client.listRuns(id, {
    payload: true,
    limit: 2,
    cursor: String(run + 1),
    signal,
  });
  const [after, before] = items;
  return after?.run === run && before !== undefined ? judgeRuns(before, after) : null;
}
