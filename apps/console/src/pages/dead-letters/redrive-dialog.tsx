import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ReplayWish } from '@jobstream/client';
import type { ReplaySurvey } from '@jobstream/contracts/rest';
import { ActionDialog, FailureNotice } from '../../parts/action-dialog.js';
import { countOf, writeReasons } from '../../numbers/count.js';
import { go, hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const defaultRate = 100;
const maxRate = 10_000;

interface RedriveDialogProps {
  readonly title: string;
  readonly wish: ReplayWish;
  onClose(this: void): void;
}

/** Runs dead letters again: surveyed first, then with a reason and a rate. It goes to the replay that it makes. */
export function RedriveDialog({ title, wish, onClose }: RedriveDialogProps): VNode {
  const [rate, setRate] = useState(defaultRate);
  const surveyed = usePolled((signal) => client.replays.survey(wish, { signal }), {
    key: 'survey',
    everyMs: Infinity,
  });
  const survey = surveyed.data;
  const isRate = Number.isInteger(rate) && rate >= 1 && rate <= maxRate;
  return (
    <ActionDialog
      title={title}
      verb="Redrive them"
      asksWhy
      count={survey?.replayable}
      isBlocked={survey === undefined || !isRate}
      onClose={onClose}
      act={async (why) => {
        const { id } = await client.replays.create({ ...wish, rate, why });
        go(hrefOf('replays', id));
      }}
    >
      {surveyed.failure && <FailureNotice of={surveyed.failure} />}
      {survey ? <Survey of={survey} /> : <p role="status">Counting…</p>}
      <label>
        Jobs a second at most
        <input
          type="number"
          min={1}
          max={maxRate}
          value={rate}
          onInput={(event) => setRate(event.currentTarget.valueAsNumber)}
        />
      </label>
    </ActionDialog>
  );
}

function Survey({ of: { replayable, matched, skipped, complete } }: { readonly of: ReplaySurvey }): VNode {
  const reasons = writeReasons(skipped);
  return (
    <p role="status">
      {countOf(replayable, 'job')} would run again, of {countOf(matched, 'dead letter')} that match.
      {reasons !== '' && ` Passed over: ${reasons}.`}
      {!complete && ' The log is long: this is the count of its beginning.'}
    </p>
  );
}
