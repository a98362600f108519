import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { ActionButton } from '../../parts/action-button.js';
import { Freshness } from '../../parts/freshness.js';
import { Age, Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { countOf, writeCount } from '../../numbers/count.js';
import { go, hrefOf, place } from '../../place/place.js';
import { usePolled } from '../../server/polled.js';
import { groupLetters, type LetterGroup } from './letter-groups.js';
import { lettersOfQueue, readLetters } from './read-letters.js';
import { RedriveDialog } from './redrive-dialog.js';

const everyMs = 5_000;
/** Dead letters by what went wrong, over all queues or in one. */
export function DeadLetters(): VNode {
  const chosen = place.value.query.get('queue') ?? undefined;
  const polled = usePolled((signal) => readLetters(chosen, signal), { key: chosen ?? 'all', everyMs });
  const groups = polled.data && groupLetters(polled.data.letters);
  return (
    <>
      <h1>Dead letters</h1>
      <p>Jobs that were given up, and records that could not be read. Those with one cause are one group.</p>
      <Freshness of={polled} />
      <label>
        Queue
        <select
          data-filter
          value={chosen ?? ''}
          onChange={({ currentTarget: { value } }) => go(hrefOf('dead-letters', undefined, { queue: value }))}
        >
          <option value="">all</option>
          {polled.data?.queues.map(({ queue, deadLetters }) => (
            <option key={queue} value={queue}>
              {queue} ({writeCount(deadLetters)})
            </option>
          ))}
        </select>
      </label>
      {polled.data?.isPart && (
        <p class="muted">
          Of each queue the newest {lettersOfQueue} are shown. A redrive takes all that match.
        </p>
      )}
      {groups?.length === 0 && (
        <p class="muted">
          No dead letter. A job comes here when its last attempt has failed, when no retry can help, or when
          it can not be read.
        </p>
      )}
      {groups === undefined && <p class="muted">Reading…</p>}
      {groups?.map((group) => (
        <Group key={group.key} group={group} />
      ))}
    </>
  );
}

function Group({ group }: { readonly group: LetterGroup }): VNode {
  const { queue, type, reason, code, message, letters, first, last } = group;
  const [isRedriving, setRedriving] = useState(false);
  const canRedrive = type !== null;
  return (
    <section class="group">
      <h2>
        {type ?? 'No job could be read'} <code>{code}</code>
      </h2>
      <p class="error-text">{message}</p>
      <p class="muted">
        {countOf(letters.length, 'dead letter')} in <a href={hrefOf('queues', queue)}>{queue}</a>, {reason},
        first <Age at={first} />, last <Age at={last} />
      </p>
      {canRedrive && (
        <p class="actions">
          <ActionButton scope="operate" onClick={() => setRedriving(true)}>
            Redrive the group
          </ActionButton>
        </p>
      )}
      {!canRedrive && (
        <p class="muted">It holds no job, so it can not be redriven. Its record is in the log as it came.</p>
      )}
      <details>
        <summary>The {countOf(letters.length, 'dead letter')}</summary>
        <RowTable
          label={`Dead letters of ${type ?? 'no job'}: ${code}`}
          rows={letters}
          keyOf={({ letter }) => `${letter.partition}/${letter.offset}`}
          empty="None."
          columns={[
            { title: 'Time', cell: ({ letter }) => <Moment at={letter.time} /> },
            {
              title: 'Job',
              cell: ({ letter: { job } }) => job && <a href={hrefOf('jobs', job.id)}>{job.id}</a>,
            },
            {
              title: 'State now',
              cell: ({ letter: { job } }) => job?.state && <StateMark state={job.state} />,
            },
            {
              title: 'Record',
              cell: ({ letter: { topic, partition, offset } }) => (
                <code>
                  {topic}/{partition}/{offset}
                </code>
              ),
            },
          ]}
        />
      </details>
      {isRedriving && (
        <RedriveDialog
          title={`Redrive: ${type} ${code}`}
          wish={{
            source: 'dead-letters',
            queue,
            filter: { type: type ?? undefined, errorCode: code, reason, message: group.pattern || undefined },
          }}
          onClose={() => setRedriving(false)}
        />
      )}
    </section>
  );
}
