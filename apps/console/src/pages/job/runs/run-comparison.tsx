import type { ComponentChildren, VNode } from 'preact';
import type { RunView } from '@jobstream/contracts/rest';
import { Freshness } from '../../../parts/freshness.js';
import { RowTable } from '../../../parts/row-table.js';
import { countOf } from '../../../numbers/count.js';
import { client } from '../../../server/connection.js';
import { usePolled } from '../../../server/polled.js';
import { differencesOf, textDifferenceOf, type Difference } from './json-difference.js';
import { judgeRuns } from './run-verdict.js';

interface RunComparisonProps {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}

/** Differences of one value that are shown. */
const maxShown = 200;
/** Characters of a value that are shown. */
const maxCharacters = 2_000;

/** What differs between two runs, in payload, result and error. */
export function RunComparison({ id, before, after }: RunComparisonProps): VNode {
  const polled = usePolled((signal) => Promise.all([before, after].map((run) => readRun(id, run, signal))), {
    key: `${id} ${before} ${after}`,
    everyMs: Infinity,
  });
  const [old, made] = polled.data ?? [];
  return (
    <>
      <Freshness of={polled} />
      {!polled.data && !polled.failure && <p class="muted">Reading…</p>}
      {polled.data && (!old || !made) && <p class="muted">One of these runs is not known.</p>}
      {old && made && old.run !== made.run && (
        <p role="status">
          Run {made.run} after run {old.run}: <strong>{judgeRuns(old, made)}</strong>.
        </p>
      )}
      {old && made && (
        <>
          <Differences name="Payload" of={[old, made]} field="payload" />
          <Differences name="Result" of={[old, made]} field="result" />
          <DifferenceTable name="Error" differences={differencesOf(errorOf(old), errorOf(made))} />
        </>
      )}
    </>
  );
}

/** One run with its payload; undefined where the job has none of this number. */
async function readRun(id: string, run: number, signal: AbortSignal): Promise<RunView | undefined> {
  const { items } = await client.listRuns(id, {
    payload: true,
    limit: 1,
    cursor: String(run + 1),
    signal,
  });
  return items.find((each) => each.run === run);
}

function errorOf({ error, reason }: RunView) {
  return error === null && reason === null ? null : { reason, ...error };
}

interface DifferencesProps {
  readonly name: string;
  readonly of: readonly [RunView, RunView];
  readonly field: 'payload' | 'result';
}

function Differences({ name, of, field }: DifferencesProps): VNode {
  const lost = of.filter(({ missing }) => missing.includes(field));
  if (lost.length > 0)
    return (
      <>
        <h3>{name}</h3>
        <p class="muted">The log no longer has that of run {lost.map(({ run }) => run).join(' and ')}.</p>
      </>
    );
  return <DifferenceTable name={name} differences={differencesOf(of[0][field], of[1][field])} />;
}

function DifferenceTable({
  name,
  differences,
}: {
  readonly name: string;
  readonly differences: readonly Difference[];
}): VNode {
  return (
    <>
      <h3>{name}</h3>
      <RowTable
        label={`Differences of ${name.toLowerCase()}`}
        rows={differences.slice(0, maxShown)}
        keyOf={({ path }) => path}
        empty="No difference."
        columns={[
          { title: 'Where', cell: ({ path }) => (path === '' ? 'all of it' : <code>{path}</code>) },
          { title: 'Before', cell: (difference) => <Side of={difference} side="before" /> },
          { title: 'After', cell: (difference) => <Side of={difference} side="after" /> },
        ]}
      />
      {differences.length > maxShown && (
        <p class="muted">{countOf(differences.length - maxShown, 'further difference')} not shown.</p>
      )}
    </>
  );
}

interface SideProps {
  readonly of: Difference;
  readonly side: 'before' | 'after';
}

/** A value as JSON; of two texts the part that differs is marked. */
function Side({ of, side }: SideProps): ComponentChildren {
  const value = of[side];
  if (value === undefined) return <span class="muted">not there</span>;
  if (typeof of.before === 'string' && typeof of.after === 'string') {
    const { start, end, ...parts } = textDifferenceOf(of.before, of.after);
    return (
      <code>
        "{cut(start)}
        <mark>{cut(parts[side])}</mark>
        {cut(end)}"
      </code>
    );
  }
  return <code>{cut(JSON.stringify(value))}</code>;
}

function cut(text: string): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
}
