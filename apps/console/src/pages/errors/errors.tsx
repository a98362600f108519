import type { VNode } from 'preact';
import type { ErrorGroup } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { Paging } from '../../parts/paging.js';
import { RowTable } from '../../parts/row-table.js';
import { writeCount } from '../../numbers/count.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { LettersOf } from './letters-of.js';
import { Trend } from './trend.js';

const everyMs = 5_000;
const shown = { heard: false, muted: true, all: undefined } as const;
type Shown = keyof typeof shown;

/** Failures that are alike, those that failed last first. */
export function Errors(): VNode {
  const { query } = place.value;
  const [type, queue, cursor] = ['type', 'queue', 'cursor'].map((name) => query.get(name) ?? undefined);
  const which = readShown(query.get('show'));
  const filter = { type, queue, show: which === 'heard' ? undefined : which };
  const polled = usePolled(
    (signal) => client.errors.list({ type, queue, cursor, muted: shown[which], signal }),
    { key: JSON.stringify([filter, cursor]), everyMs },
  );
  return (
    <>
      <h1>Errors</h1>
      <p>Attempts that failed and dead letters. Those with one cause are one group.</p>
      <Freshness of={polled} />
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <FilterText name="type" title="Type" filter={filter} />
        <FilterText name="queue" title="Queue" filter={filter} />
        <label>
          Show
          <select
            value={which}
            onChange={({ currentTarget: { value } }) =>
              go(hrefOf('errors', undefined, { ...filter, show: value === 'heard' ? undefined : value }))
            }
          >
            <option value="heard">those that are not muted</option>
            <option value="muted">muted ones</option>
            <option value="all">all</option>
          </select>
        </label>
      </form>
      <RowTable
        label="Groups of errors"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="None. A job that fails, and each attempt of it that fails, counts in a group."
        columns={columns}
      />
      {polled.data && <Paging page="errors" query={filter} cursor={cursor} next={polled.data.next} />}
    </>
  );
}

const columns = [
  {
    title: 'Error',
    cell: ({ id, code, other }: ErrorGroup) => (
      <a href={hrefOf('errors', id)}>{other ? 'other errors' : code}</a>
    ),
  },
  { title: 'Type', cell: ({ type }: ErrorGroup) => type },
  { title: 'Message', cell: ({ message }: ErrorGroup) => <span class="error-text">{message}</span> },
  { title: 'Last 24 h', cell: ({ trend }: ErrorGroup) => <Trend of={trend} /> },
  { title: 'Failures', isNumber: true, cell: ({ count }: ErrorGroup) => writeCount(count) },
  { title: 'Dead letters', isNumber: true, cell: (group: ErrorGroup) => <LettersOf group={group} /> },
  { title: 'First', cell: ({ firstAt }: ErrorGroup) => <Age at={firstAt} /> },
  { title: 'Last', cell: ({ lastAt }: ErrorGroup) => <Age at={lastAt} /> },
  {
    title: 'Note',
    cell: ({ muted, note }: ErrorGroup) => (
      <>
        {muted && <span class="mark">muted</span>} {note}
      </>
    ),
  },
];

interface FilterTextProps {
  readonly name: 'type' | 'queue';
  readonly title: string;
  readonly filter: Readonly<Record<string, string | undefined>>;
}

function FilterText({ name, title, filter }: FilterTextProps): VNode {
  return (
    <label>
      {title}
      <input
        data-filter={name === 'type'}
        value={filter[name] ?? ''}
        maxLength={200}
        onChange={({ currentTarget: { value } }) =>
          go(hrefOf('errors', undefined, { ...filter, [name]: value || undefined }))
        }
      />
    </label>
  );
}

function readShown(text: string | null): Shown {
  return text !== null && Object.hasOwn(shown, text) ? (text as Shown) : 'heard';
}
