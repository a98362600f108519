import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { writeFilterText } from '@jobstream/contracts';
import type { ActionKind } from '@jobstream/contracts/rest';
import { ActionDialog, FailureNotice } from '../../parts/action-dialog.js';
import { Dialog } from '../../parts/dialog.js';
import { writeCount, writeReasons } from '../../numbers/count.js';
import { go, hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import type { JobFilter } from './job-filter.js';

interface BulkActionProps {
  readonly action: ActionKind;
  readonly filter: JobFilter;
  onClose(this: void): void;
}

const maxRate = 10_000;

const texts = {
  cancel: {
    title: 'Cancel all that match',
    verb: 'Cancel them',
    what: 'unfinished jobs match. A waiting job does not start; a running one is told to stop.',
  },
  replay: {
    title: 'Run all that match again',
    verb: 'Run them again',
    what: 'jobs would run again, each as its next run.',
  },
} as const satisfies Record<ActionKind, object>;

/** Does something to all jobs that meet the filter: counted first. */
export function BulkAction({ action, filter, onClose }: BulkActionProps): VNode {
  const q = filterTextOf(filter);
  if (q === '')
    return (
      <Dialog title={texts[action].title} onClose={onClose}>
        <p>Filter the jobs first: nothing is done to all jobs at once by accident.</p>
        <form method="dialog">
          <button>Close</button>
        </form>
      </Dialog>
    );
  return <CountedAction action={action} q={q} onClose={onClose} />;
}

interface CountedActionProps {
  readonly action: ActionKind;
  readonly q: string;
  onClose(this: void): void;
}

function CountedAction({ action, q, onClose }: CountedActionProps): VNode {
  const [isAll, setAll] = useState(false);
  const [rate, setRate] = useState('');
  const only = isAll ? 'all' : 'failed';
  const counted = usePolled((signal) => client.actions.survey({ action, q, only }, { signal }), {
    key: only,
    everyMs: Infinity,
  });
  const survey = counted.data;
  const { title, verb, what } = texts[action];
  const reasons = survey && writeReasons(survey.skipped);
  const isRate = rate === '' || (/^\d{1,5}$/.test(rate) && Number(rate) >= 1 && Number(rate) <= maxRate);
  const create = (why: string) =>
    client.actions.create({ action, q, only, why, ...(rate !== '' && { rate: Number(rate) }) });
  return (
    <ActionDialog
      title={title}
      verb={verb}
      isDanger
      asksWhy
      count={survey?.actionable}
      isBlocked={survey === undefined || !isRate}
      onClose={onClose}
      onDone={() => undefined}
      act={async (why) => go(hrefOf('actions', (await create(why)).id))}
    >
      <p>
        <code>{q}</code>
      </p>
      {action === 'replay' && (
        <label>
          <input type="checkbox" checked={isAll} onInput={(event) => setAll(event.currentTarget.checked)} />
          Also those that succeeded or were cancelled
        </label>
      )}
      <label>
        Jobs a second at most
        <input
          value={rate}
          inputMode="numeric"
          autocomplete="off"
          placeholder="as the platform sets it"
          aria-invalid={!isRate}
          onInput={(event) => setRate(event.currentTarget.value.trim())}
        />
      </label>
      <p role="status">
        {survey === undefined ? 'Counting…' : `${writeCount(survey.actionable)} ${what}`}
        {survey?.complete === false && ' There are more: these are the newest.'}
        {reasons && ` Left alone: ${reasons}.`}
      </p>
      {counted.failure && <FailureNotice of={counted.failure} />}
    </ActionDialog>
  );
}

/** The conditions of the list as one filter: their names are those of its fields. */
export function filterTextOf(filter: JobFilter): string {
  return Object.entries(filter)
    .map(([field, value]) => (field === 'q' ? value : `${field}:${writeFilterText(value)}`))
    .join(' ');
}
