import type { VNode } from 'preact';
import type { ListedJob } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Age, Moment } from '../../parts/moment.js';
import type { Column } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { writeSpan } from '../../numbers/span.js';
import { hrefOf } from '../../place/place.js';
import { columnNames, columnTitles, writeColumns, type ColumnName } from './chosen-columns.js';

const cells: Readonly<Record<ColumnName, Omit<Column<ListedJob>, 'title'>>> = {
  id: { cell: ({ id }) => <a href={hrefOf('jobs', id)}>{id}</a> },
  state: { cell: ({ state }) => <StateMark state={state} /> },
  type: { cell: ({ type }) => type },
  queue: { cell: ({ queue }) => queue },
  for: { cell: ({ submittedFor }) => submittedFor },
  key: { cell: ({ orderingKey }) => orderingKey },
  priority: { cell: ({ priority }) => priority },
  created: { cell: ({ createdAt }) => <Age at={createdAt} /> },
  started: { cell: ({ startedAt }) => startedAt && <Age at={startedAt} /> },
  ended: { cell: ({ finishedAt }) => finishedAt && <Moment at={finishedAt} /> },
  took: {
    isNumber: true,
    cell: ({ startedAt, finishedAt }) =>
      startedAt && finishedAt && writeSpan(Date.parse(finishedAt) - Date.parse(startedAt)),
  },
  attempt: {
    isNumber: true,
    cell: ({ attempt, maxAttempts, run }) =>
      `${attempt} of ${maxAttempts ?? '?'}${run > 1 ? `, run ${run}` : ''}`,
  },
  error: { cell: ({ error }) => error && <ErrorText error={error} /> },
};

/** The columns of these names. */
export function columnsOf(names: readonly ColumnName[]): Column<ListedJob>[] {
  return names.map((name) => ({ title: columnTitles[name], ...cells[name] }));
}

interface ColumnChoiceProps {
  readonly shown: readonly ColumnName[];
  /** Told what the URL is to say. */
  onChoose(this: void, columns: string | undefined): void;
}

/** Chooses the columns of the list. */
export function ColumnChoice({ shown, onChoose }: ColumnChoiceProps): VNode {
  const choose = (name: ColumnName, isWanted: boolean) =>
    onChoose(writeColumns(isWanted ? [...shown, name] : shown.filter((each) => each !== name)));
  return (
    <details>
      <summary>Columns</summary>
      <fieldset>
        <legend class="unseen">Columns that are shown</legend>
        {columnNames.slice(1).map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={shown.includes(name)}
              onChange={(event) => choose(name, event.currentTarget.checked)}
            />
            {columnTitles[name]}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
