import type { VNode } from 'preact';
import { isFinal } from '@jobstream/contracts';
import type { Cause, JobDetail, JobExplanation } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { countOf } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 3_000;

/** Why a job is where it is, what can be done about it, and when it may start. */
export function Explanation({ job }: { readonly job: JobDetail }): VNode {
  const { id, run, attempt, state, error, reason, cancelRequested } = job;
  const polled = usePolled((signal) => client.explain(id, { signal }), {
    key: `${run}/${attempt}/${state}`,
    everyMs: isFinal(state) ? Infinity : everyMs,
  });
  const explanation = polled.data;
  return (
    <>
      <Freshness of={polled} />
      {explanation && (
        <>
          <p>{explanation.verdict}</p>
          {explanation.cause && <CauseText of={explanation.cause} />}
          {explanation.behind.length > 0 && (
            <details>
              <summary>What would hold it after that</summary>
              {explanation.behind.map((cause) => (
                <CauseText key={cause.code} of={cause} />
              ))}
            </details>
          )}
          {!isFinal(state) && <Start of={explanation.start} />}
        </>
      )}
      {cancelRequested && !isFinal(state) && <p>It was asked to end.</p>}
      {error && !explanation && (
        <p>
          <ErrorText error={error} reason={reason} />
        </p>
      )}
    </>
  );
}

/** One thing that holds a job back, with its remedy and what it names. */
function CauseText({
  of: { code, text, remedy, since, until, jobs, workers },
}: {
  readonly of: Cause;
}): VNode {
  return (
    <>
      <p>
        <span class="mark">{code}</span> {text}
        {since !== null && (
          <>
            {' '}
            Since <Age at={since} />.
          </>
        )}
        {until !== null && (
          <>
            {' '}
            Until <Age at={until} />.
          </>
        )}
      </p>
      <p class="muted">{remedy}</p>
      {jobs.length > 0 && (
        <p>
          {countOf(jobs.length, 'job')} in its way:{' '}
          {jobs.map((id) => (
            <span key={id}>
              <a href={hrefOf('jobs', id)}>{id}</a>{' '}
            </span>
          ))}
        </p>
      )}
      {workers.length > 0 && <p>On {workers.join(', ')}.</p>}
    </>
  );
}

function Start({
  of: { p50Seconds, p90Seconds, why },
}: {
  readonly of: JobExplanation['start'];
}): VNode | null {
  const isKnown = p50Seconds !== null && p90Seconds !== null;
  if (!isKnown) return why === null ? null : <p class="muted">{why}</p>;
  return (
    <p>
      It starts in about {writeSpan(p50Seconds * 1_000)}, in nine of ten cases within{' '}
      {writeSpan(p90Seconds * 1_000)}. {why}
    </p>
  );
}
