import type { VNode } from 'preact';
import type { RunCause, RunView } from '@jobstream/contracts/rest';
import { ErrorText } from '../../../parts/error-text.js';
import { Freshness } from '../../../parts/freshness.js';
import { Moment } from '../../../parts/moment.js';
import { RowTable } from '../../../parts/row-table.js';
import { StateMark } from '../../../parts/state-mark.js';
import { go, hrefOf, place } from '../../../place/place.js';
import { client } from '../../../server/connection.js';
import { usePolled } from '../../../server/polled.js';
import { RunComparison } from './run-comparison.js';

interface RunsProps {
  readonly id: string;
  /** The newest run. */
  readonly newest: number;
  /** Changes when the newest run has come further. */
  readonly standing: string;
}

/** The newest runs of a job, and how two of them differ. The URL names the two: `?runs=1,2`. */
export function Runs({ id, newest, standing }: RunsProps): VNode {
  const polled = usePolled((signal) => client.listRuns(id, { signal }), {
    key: `${id} ${standing}`,
    everyMs: Infinity,
  });
  const [before, after] = chosenRuns(place.value.query.get('runs'), newest);
  const choose = (chosen: readonly [number, number]) =>
    go(hrefOf('jobs', id, { runs: chosen.join(',') }), { replace: true });
  const known = polled.data?.items.map(({ run }) => run) ?? [];
  const options = [...new Set([...known, before, after])].sort((a, b) => b - a);
  return (
    <section>
      <h2>Runs</h2>
      <Freshness of={polled} />
      <RowTable
        label="Runs of the job"
        rows={polled.data?.items}
        keyOf={({ run }) => String(run)}
        empty="No run is known yet."
        columns={[
          { title: 'Run', isNumber: true, cell: ({ run }) => run },
          { title: 'Began by', cell: ({ cause }) => <Cause of={cause} /> },
          { title: 'State', cell: ({ state }) => <StateMark state={state} /> },
          { title: 'Accepted', cell: ({ acceptedAt }) => acceptedAt && <Moment at={acceptedAt} /> },
          { title: 'Ended', cell: ({ finishedAt }) => finishedAt && <Moment at={finishedAt} /> },
          { title: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
          {
            title: 'Error',
            cell: ({ error, reason }: RunView) => <ErrorText error={error} reason={reason} />,
          },
        ]}
      />
      {polled.data?.next && <p class="muted">Runs before {known.at(-1)} are not listed.</p>}
      <p class="actions">
        <RunSelect
          label="Compare run"
          runs={options}
          chosen={before}
          onChoose={(run) => choose([run, after])}
        />
        <RunSelect label="with run" runs={options} chosen={after} onChoose={(run) => choose([before, run])} />
      </p>
      <RunComparison key={`${before},${after},${standing}`} id={id} before={before} after={after} />
    </section>
  );
}

/** The two runs that a URL names, the earlier one first; without any the two newest. */
function chosenRuns(text: string | null, newest: number): readonly [number, number] {
  const named = /^(\d{1,9}),(\d{1,9})$/.exec(text ?? '');
  const chosen = named ? [Number(named[1]), Number(named[2])] : [newest - 1, newest];
  const [before = 1, after = 1] = chosen.map((run) => Math.min(Math.max(run, 1), newest));
  return [before, after];
}

interface RunSelectProps {
  readonly label: string;
  readonly runs: readonly number[];
  readonly chosen: number;
  onChoose(this: void, run: number): void;
}

function RunSelect({ label, runs, chosen, onChoose }: RunSelectProps): VNode {
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {runs.map((run) => (
          <option key={run} value={run}>
            {run}
          </option>
        ))}
      </select>
    </label>
  );
}

function Cause({ of: { kind, replay, requestedBy, why } }: { readonly of: RunCause }): VNode {
  return (
    <>
      {replay === null ? kind : <a href={hrefOf('replays', replay)}>{kind}</a>}
      {requestedBy !== null && ` of ${requestedBy}`}
      {why !== null && `: ${why}`}
    </>
  );
}
