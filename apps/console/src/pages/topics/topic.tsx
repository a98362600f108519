import type { VNode } from 'preact';
import type { RecordView, TopicRecordsPage } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { countOf, writeCount } from '../../numbers/count.js';
import { shownAt } from '../../place/past.js';
import { go, hrefOf, place } from '../../place/place.js';
import { caller, may } from '../../server/caller.js';
import { usePolled } from '../../server/polled.js';
import { RecordDialog } from './record-dialog.js';
import { RecordForm } from './record-form.js';
import { limit, readRecords } from './read-records.js';
import { readWish, type RecordWish } from './record-wish.js';

/** Characters of a value that a row shows. */
const shownCharacters = 120;

/** The records of a topic: the newest, or from an offset or a time on; of the past, those until then. The URL says which. */
export function Topic({ item: name }: { readonly item: string }): VNode {
  const wish = readWish(place.value.query);
  return (
    <>
      <h1>
        Topic <code class="id">{name}</code>
      </h1>
      <p>
        <a href={hrefOf('topics')}>All topics</a>
      </p>
      {caller.value && !may('operate') ? (
        <p class="notice" role="status">
          Records need a key with the scope <code>operate</code>: they hold more than payloads and results.
        </p>
      ) : (
        <Records key={JSON.stringify([wish, shownAt.value])} name={name} wish={wish} />
      )}
    </>
  );
}

function Records({ name, wish }: { readonly name: string; readonly wish: RecordWish }): VNode {
  const { fault } = wish;
  const polled = usePolled((signal) => readRecords(name, wish, shownAt.value, signal), {
    key: name,
    everyMs: Infinity,
  });
  const page = polled.data;
  const opened = page?.items.find((record) => String(record.offset) === place.value.query.get('open'));
  const show = (open: number | undefined) => {
    const query = new URLSearchParams(place.value.query);
    if (open === undefined) query.delete('open');
    else query.set('open', String(open));
    go(hrefOf('topics', name, Object.fromEntries(query)), { replace: true });
  };
  return (
    <>
      <RecordForm name={name} wish={wish} partitions={page?.partitions} />
      {fault !== undefined && <p class="fault">{fault}</p>}
      <Freshness of={polled} />
      {page && <Standing of={page} />}
      <RowTable
        label="Records"
        rows={page?.items}
        keyOf={(record) => String(record.offset)}
        empty="No record stands here: go to the newest, or to an earlier offset."
        columns={[
          {
            title: 'Offset',
            isNumber: true,
            cell: (record) => (
              <button type="button" aria-label={`Open ${record.offset}`} onClick={() => show(record.offset)}>
                {writeCount(record.offset)}
              </button>
            ),
          },
          { title: 'Time', cell: ({ time }) => <Moment at={time} precise /> },
          { title: 'Job', cell: (record) => <Told of={record} /> },
          { title: 'Bytes', isNumber: true, cell: ({ valueBytes }) => writeCount(valueBytes) },
          { title: 'Value', cell: ({ value }) => <code>{startOf(value)}</code> },
        ]}
      />
      {page?.unreadable && <p class="trouble">{page.unreadable}</p>}
      {page && <Ways name={name} page={page} />}
      {opened && <RecordDialog topic={name} record={opened} onClose={() => show(undefined)} />}
    </>
  );
}

function Standing({ of: { start, end, items } }: { readonly of: TopicRecordsPage }): VNode {
  return (
    <p role="status" class="muted">
      {countOf(items.length, 'record')} of the offsets {writeCount(start)} to {writeCount(end)}.
    </p>
  );
}

function Told({ of: { job, key, fault } }: { readonly of: RecordView }): VNode {
  if (fault !== null) return <span class="trouble">{fault}</span>;
  if (job === null) return <code>{key?.text}</code>;
  return (
    <>
      <a href={hrefOf('jobs', job.id)}>{job.type}</a> {job.phase}, run {job.run}, attempt {job.attempt}
    </>
  );
}

/** To the records before these, and behind them. */
function Ways({ name, page }: { readonly name: string; readonly page: TopicRecordsPage }): VNode {
  const { partition, start, from, next } = page;
  const to = (offset: number) =>
    go(hrefOf('topics', name, { partition: String(partition), offset: String(offset) }));
  return (
    <p class="actions">
      <button type="button" disabled={from <= start} onClick={() => to(Math.max(from - limit, start))}>
        Earlier
      </button>
      <button type="button" disabled={next === null} onClick={() => to(next!)}>
        Later
      </button>
    </p>
  );
}

function startOf(value: RecordView['value']): string {
  if (value === null) return 'tombstone';
  return value.text.length > shownCharacters ? `${value.text.slice(0, shownCharacters)}…` : value.text;
}
