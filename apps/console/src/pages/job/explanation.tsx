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

type FlowOfCause = NonNullable<Cause['flow']>;

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
      {explanation && <Explained explanation={explanation} />}
      {cancelRequested && !isFinal(state) && <p>It was asked to end.</p>}
      {error && !explanation && (
        <p>
          <ErrorText error={error} reason={reason} />
        </p>
      )}
    </>
  );
}

/** Why a job of a flow has not started: there is nothing else to show of it. */
export function UnstartedExplanation({ id }: { readonly id: string }): VNode {
  const polled = usePolled((signal) => client.explain(id, { signal }), { key: id, everyMs });
  return (
    <>
      <Freshness of={polled} />
      {polled.data && <Explained explanation={polled.data} />}
    </>
  );
}

function Explained({ explanation }: { readonly explanation: JobExplanation }): VNode {
  const { verdict, cause, behind, start, state } = explanation;
  return (
    <>
      <p>{verdict}</p>
      {cause && <CauseText of={cause} />}
      {behind.length > 0 && (
        <details>
          <summary>What would hold it after that</summary>
          {behind.map((each) => (
            <CauseText key={each.code} of={each} />
          ))}
        </details>
      )}
      {(state === null || !isFinal(state)) && <Start of={start} />}
    </>
  );
}

/** One thing that holds a job back, with its remedy and what it names. */
function CauseText({
  of: { code, text, remedy, since, until, jobs, workers, flow },
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
      {flow && <FlowText of={flow} />}
      {!flow && jobs.length > 0 && (
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

/** The flow of a job that has not started, and the jobs of it that are in its way. */
function FlowText({ of: { id, state, name, waitsFor, waits } }: { readonly of: FlowOfCause }): VNode {
  const more = waits - waitsFor.length;
  return (
    <>
      <p>
        It is {name} of the flow <a href={hrefOf('flows', id)}>{id}</a>, which is {state}.
      </p>
      {waitsFor.length > 0 && (
        <ul>
          {waitsFor.map((job) => (
            <li key={job.id}>
              <a href={hrefOf('jobs', job.id)}>{job.name}</a> {job.state}
            </li>
          ))}
          {more > 0 && <li>and {countOf(more, 'more job')}</li>}
        </ul>
      )}
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
