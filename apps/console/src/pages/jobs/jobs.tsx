import { useEffect, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ActionKind, JobPage } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { CopyButton } from '../../parts/json-text.js';
import { Freshness } from '../../parts/freshness.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeShellWord } from '../../parts/shell-word.js';
import { countOf } from '../../numbers/count.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { shownAt } from '../../place/past.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { serverNow } from '../../server/server-clock.js';
import { BulkAction } from './bulk-action.js';
import { readColumns } from './chosen-columns.js';
import { readFilledPage } from './filled-page.js';
import { ExportButtons } from './export-buttons.js';
import { FilterChips, FilterForm } from './filter-form.js';
import { ColumnChoice, columnsOf } from './job-columns.js';
import { filterOf, mayBeUnfinished, readFilter, type JobFilter } from './job-filter.js';
import { mergePage } from './merged-page.js';
import { ViewList } from './view-list.js';

const everyMs = 2_000;
const limit = 50;

/** The list of jobs, newest first, now or at a time. Its filter and its columns are its URL. */
export function Jobs(): VNode {
  const { query } = place.value;
  const filter = filterOf(query);
  const cursor = query.get('cursor') ?? undefined;
  const columns = query.get('columns') ?? undefined;
  const [action, setAction] = useState<ActionKind | undefined>(undefined);
  usePageKeys({
    c: {
      text: 'cancel all that match',
      run: () => setAction(mayBeUnfinished(filter) ? 'cancel' : undefined),
    },
    r: { text: 'run all that match again', run: () => setAction('replay') },
  });
  // The times of a link stay what they were when it was opened.
  const [openedAt] = useState(() => serverNow.peek());
  const { conditions: ofFilter, faults } = readFilter(filter, openedAt);
  const conditions = { ...ofFilter, ...(shownAt.value && { at: shownAt.value }) };
  return (
    <>
      <h1>Jobs</h1>
      <ViewList filter={filter} columns={columns} />
      <FilterForm filter={filter} faults={faults} />
      <FilterChips filter={filter} />
      <p class="actions">
        {mayBeUnfinished(filter) && (
          <ActionButton scope="operate" isDanger letter="c" onClick={() => setAction('cancel')}>
            Cancel all that match
          </ActionButton>
        )}
        <ActionButton scope="operate" letter="r" onClick={() => setAction('replay')}>
          Run all that match again
        </ActionButton>
        <CopyButton text={commandOf(filter, conditions.at)}>Copy as command</CopyButton>
        <CopyButton text={curlOf(conditions)}>Copy as curl</CopyButton>
        <ExportButtons conditions={conditions} />
      </p>
      <ColumnChoice
        shown={readColumns(columns)}
        onChoose={(chosen) =>
          go(hrefOf('jobs', undefined, { ...filter, cursor, columns: chosen }), { replace: true })
        }
      />
      <JobRows
        key={JSON.stringify([filter, cursor, conditions.at])}
        filter={filter}
        conditions={conditions}
        cursor={cursor}
        columns={columns}
      />
      {action && <BulkAction action={action} filter={filter} onClose={() => setAction(undefined)} />}
    </>
  );
}

interface JobRowsProps {
  readonly filter: JobFilter;
  readonly conditions: ReturnType<typeof readFilter>['conditions'] & { readonly at?: Date };
  readonly cursor: string | undefined;
  readonly columns: string | undefined;
}

function JobRows({ filter, conditions, cursor, columns }: JobRowsProps): VNode {
  const read = (signal: AbortSignal) =>
    readFilledPage(
      (from, count) => client.listPage({ ...conditions, cursor: from, limit: count, signal }),
      limit,
      cursor,
    );
  const polled = usePolled(read, {
    key: 'rows',
    // What is further down does not move, nor does the past.
    everyMs: cursor === undefined && conditions.at === undefined ? everyMs : Infinity,
  });
  const [page, setPage] = useState<JobPage | undefined>(undefined);
  const merged = polled.data && mergePage(page?.items ?? [], polled.data.items);
  useEffect(() => {
    if (polled.data && (page === undefined || page.items.length === 0)) setPage(polled.data);
  }, [polled.data]);
  const next = (page ?? polled.data)?.next ?? null;
  const isEmpty = merged?.shown.length === 0;
  return (
    <>
      <Freshness of={polled} />
      {merged && merged.newer > 0 && (
        <p role="status">
          <button type="button" class="primary" onClick={() => setPage(polled.data)}>
            Show {countOf(merged.newer, 'newer job')}
          </button>
        </p>
      )}
      <RowTable
        label="Jobs"
        columns={columnsOf(readColumns(columns))}
        rows={merged?.shown}
        keyOf={({ id }) => id}
        empty={next === null ? emptyText(filter) : 'None among those that were looked through so far.'}
      />
      <Paging
        page="jobs"
        query={{ ...filter, columns }}
        cursor={cursor}
        next={next}
        older={isEmpty ? 'Look further' : 'Older'}
      />
    </>
  );
}

function emptyText(filter: JobFilter): VNode {
  if (Object.keys(filter).length > 0) return <>No job meets these conditions.</>;
  return (
    <>
      No job yet. <a href={hrefOf('test')}>Submit one</a>, or use POST /v1/jobs.
    </>
  );
}

function commandOf({ for: submittedFor, ...filter }: JobFilter, at: Date | undefined): string {
  const options = Object.entries({ ...filter, 'submitted-for': submittedFor, at: at?.toISOString() })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${writeShellWord(value!)}`);
  return `npx jobstream jobs list${options.join('')}`;
}

function curlOf(conditions: JobRowsProps['conditions']): string {
  const parameters = Object.entries(conditions).map(([name, value]) => {
    const text = value instanceof Date ? value.toISOString() : value;
    return ` --data-urlencode ${writeShellWord(`${name}=${text}`)}`;
  });
  const key = `-H "Authorization: Bearer $JOBSTREAM_API_KEY"`;
  return `curl -sG ${key} ${writeShellWord(`${location.origin}/v1/jobs`)}${parameters.join('')}`;
}
