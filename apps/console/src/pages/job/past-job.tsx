import type { VNode } from 'preact';
import type { JobAtView, TransitionView } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { JsonText } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { RecordLink } from '../../parts/record-link.js';
import { StateMark } from '../../parts/state-mark.js';
import { shownAt } from '../../place/past.js';
import { go, hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { useReadPast } from '../../server/read-past.js';

/** A job as it was at a time, by the records that the log had then. */
export function PastJob({ item: id }: { readonly item: string }): VNode {
  const then = useReadPast((at, signal) => client.readAt(id, at, { signal }), id);
  const history = usePolled((signal) => client.readHistory(id, { signal }), { key: id, everyMs: Infinity });
  return (
    <>
      <h1>
        Job <code class="id">{id}</code> in the past
      </h1>
      <Freshness of={then} />
      {history.data && history.data.length > 0 && (
        <TimeSlider id={id} at={shownAt.value!} history={history.data} />
      )}
      {then.data && <PastFacts job={then.data} />}
    </>
  );
}

interface TimeSliderProps {
  readonly id: string;
  readonly at: Date;
  readonly history: readonly TransitionView[];
}

/** Goes from record to record. The URL names the time. */
function TimeSlider({ id, at, history }: TimeSliderProps): VNode {
  const times = [...new Set(history.map(({ time }) => time))].sort();
  const shown = Math.max(
    times.findLastIndex((time) => Date.parse(time) <= at.getTime()),
    0,
  );
  return (
    <label>
      Record {shown + 1} of {times.length}
      <input
        type="range"
        min={0}
        max={times.length - 1}
        value={shown}
        aria-valuetext={times[shown]}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          go(hrefOf('jobs', id, { at: times[valueAsNumber] }), { replace: true })
        }
      />
    </label>
  );
}

function PastFacts({ job }: { readonly job: JobAtView }): VNode {
  const { state, since, run, attempt, maxAttempts, error, reason, record, payload, result } = job;
  return (
    <>
      <p role="status">
        It was <StateMark state={state} /> since <Moment at={since} precise />.
      </p>
      {error && (
        <p>
          <ErrorText error={error} reason={reason} />
        </p>
      )}
      <Facts
        of={{
          Run: run,
          Attempt: `${attempt} of ${maxAttempts ?? '?'}`,
          Record: <RecordLink of={record} />,
        }}
      />
      <h2>Payload</h2>
      {payload === null ? (
        <p class="muted">Of a run before the newest: its record holds it.</p>
      ) : (
        <JsonText label="Payload" value={payload} />
      )}
      <h2>Result</h2>
      {result === null ? <p class="muted">None then.</p> : <JsonText label="Result" value={result} />}
    </>
  );
}
