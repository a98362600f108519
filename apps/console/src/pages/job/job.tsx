import { useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { isFinal } from '@jobstream/contracts';
import type { JobDetail } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { CopyButton, JsonText } from '../../parts/json-text.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { StackText } from '../../parts/stack-text.js';
import { StateMark } from '../../parts/state-mark.js';
import { countOf } from '../../numbers/count.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { lazyPage } from '../../frame/lazy-page.js';
import { Explanation, UnstartedExplanation } from './explanation.js';
import { useFollowedLife } from './followed-life.js';
import { LogLines } from './log-lines.js';
import { Timeline } from './timeline.js';
import { TransitionTable } from './transition-table.js';

const everyMs = 2_000;
const ReplayDialog = lazyPage(() => import('./replay-dialog.js').then((part) => part.ReplayDialog));
const Runs = lazyPage(() => import('./runs/runs.js').then((part) => part.Runs));

/** Why a job is where it is, what happened to it, and what can be done about it. */
export function JobPage({ item: id }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.read(id, { signal }), { key: id, everyMs });
  const job = polled.data;
  const firstRun = useRef<number | undefined>(undefined);
  firstRun.current ??= job?.run;
  // The stream ends with the run that was seen first; each later run is followed by another one.
  const life = useFollowedLife(id, (job?.run ?? 0) - (firstRun.current ?? 0), polled.refresh);
  const [opened, setOpened] = useState<'replay' | 'cancel' | undefined>(undefined);
  const why = useRef<HTMLElement>(null);
  const isUnstarted = job === undefined && polled.failure?.code === 'job_not_started';
  const canCancel = job !== undefined && !isFinal(job.state);
  const canReplay = job !== undefined && isFinal(job.state);
  usePageKeys({
    e: { text: 'why it is where it is', run: () => why.current?.focus() },
    ...(canReplay && { r: { text: 'run it again', run: () => setOpened('replay') } }),
    ...(canCancel && { c: { text: 'cancel it', run: () => setOpened('cancel') } }),
  });
  const close = () => setOpened(undefined);
  const done = () => {
    close();
    polled.refresh();
  };
  return (
    <>
      <h1>
        Job <code class="id">{id}</code> {job && <StateMark state={job.state} />}
      </h1>
      {isUnstarted ? (
        <section>
          <h2>Why it has not started</h2>
          <UnstartedExplanation id={id} />
        </section>
      ) : (
        <Freshness of={polled} />
      )}
      {life.failure && !polled.failure && (
        <p class="notice" role="status">
          <strong>{life.failure.text}</strong> <code>{life.failure.code}</code> The job can not be followed.
        </p>
      )}
      {job && (
        <>
          <p class="actions">
            {canReplay && (
              <ActionButton scope="operate" letter="r" onClick={() => setOpened('replay')}>
                Run it again
              </ActionButton>
            )}
            {canCancel && (
              <ActionButton scope="operate" isDanger letter="c" onClick={() => setOpened('cancel')}>
                Cancel
              </ActionButton>
            )}
            <CopyButton text={`curl -s ${location.origin}/v1/jobs/${id}`}>Copy as curl</CopyButton>
            <CopyButton text={`npx jobstream jobs history ${id}`}>Copy as command</CopyButton>
          </p>
          <section tabIndex={-1} ref={why}>
            <h2>Why it is where it is</h2>
            <Explanation job={job} />
            {job.error && <ThrownError of={job.error} />}
          </section>
        </>
      )}
      <section>
        <h2>What happened</h2>
        <Timeline transitions={life.transitions} />
        {life.progress !== undefined && (
          <>
            <h3>Progress</h3>
            <JsonText label="Progress" value={life.progress} />
          </>
        )}
        {life.leftOut > 0 && <p class="muted">{countOf(life.leftOut, 'older record')} left out.</p>}
        <TransitionTable id={id} transitions={life.transitions} />
      </section>
      {job && job.run > 1 && <Runs id={id} newest={job.run} standing={`${job.run} ${job.state}`} />}
      <section>
        <h2>Log</h2>
        <LogLines lines={life.lines} />
      </section>
      {job && <Content job={job} />}
      {job && opened === 'replay' && <ReplayDialog job={job} onClose={close} onDone={done} />}
      {job && opened === 'cancel' && (
        <ActionDialog
          title="Cancel the job"
          verb="Cancel it"
          isDanger
          onClose={close}
          onDone={done}
          act={() => client.cancel(id)}
        >
          <p>
            A job that waits does not start. A job that runs is told to stop; a result that it returns all the
            same counts.
          </p>
        </ActionDialog>
      )}
    </>
  );
}

function ThrownError({ of: { group, stack } }: { readonly of: NonNullable<JobDetail['error']> }): VNode {
  return (
    <>
      {group !== null && (
        <p>
          <a href={hrefOf('errors', group)}>Failures like this one</a>
        </p>
      )}
      {stack !== null && <StackText stack={stack} />}
    </>
  );
}

function Content({ job }: { readonly job: JobDetail }): VNode {
  return (
    <>
      <section>
        <h2>Payload and result</h2>
        <h3>Payload</h3>
        <JsonText label="Payload" value={job.payload} />
        <h3>Result</h3>
        {job.result === null ? <p class="muted">None.</p> : <JsonText label="Result" value={job.result} />}
      </section>
      <section>
        <h2>Facts</h2>
        <Facts
          of={{
            Type: <a href={hrefOf('types', job.type)}>{job.type}</a>,
            Queue: <a href={hrefOf('queues', job.queue)}>{job.queue}</a>,
            Priority: job.priority,
            For: job.submittedFor && (
              <a href={hrefOf('jobs', undefined, { for: job.submittedFor })}>{job.submittedFor}</a>
            ),
            Flow: job.flow && <a href={hrefOf('flows', job.flow)}>{job.flow}</a>,
            Parent: job.parent && <a href={hrefOf('jobs', job.parent)}>{job.parent}</a>,
            Children: job.children && job.children.length > 0 && (
              <ul>
                {job.children.map((child) => (
                  <li key={child}>
                    <a href={hrefOf('jobs', child)}>{child}</a>
                  </li>
                ))}
              </ul>
            ),
            'Ordering key': job.orderingKey,
            Created: <Moment at={job.createdAt} precise />,
            'Started last': job.startedAt && <Moment at={job.startedAt} precise />,
            Ended: job.finishedAt && <Moment at={job.finishedAt} precise />,
            'Next attempt': job.nextAttemptAt && <Moment at={job.nextAttemptAt} />,
            Expires: job.expiresAt && <Moment at={job.expiresAt} />,
            Run: job.run,
            Attempt: `${job.attempt} of ${job.maxAttempts ?? '?'}`,
            Starts: job.deliveries,
            Trace: <code>{job.traceId}</code>,
          }}
        />
      </section>
    </>
  );
}
