import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ErrorGroupDetail } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ErrorText } from '../../parts/error-text.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { CopyButton } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { StackText } from '../../parts/stack-text.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { BulkAction } from '../jobs/bulk-action.js';
import { filterOfLetters, LettersOf } from './letters-of.js';
import { MarkDialog } from './mark-dialog.js';
import { Trend } from './trend.js';

const everyMs = 5_000;

/** One group of errors: what fails, since when, and what can be done about it. */
export function ErrorGroupPage({ item: id }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.errors.read(id, { signal }), { key: id, everyMs });
  const group = polled.data;
  return (
    <>
      <h1>
        Error {group && <code class="id">{group.other ? 'other errors' : group.code}</code>}{' '}
        {group?.muted && <span class="mark">muted</span>}
      </h1>
      <Freshness of={polled} />
      {group && <Group of={group} onChange={polled.refresh} />}
    </>
  );
}

interface GroupProps {
  readonly of: ErrorGroupDetail;
  onChange(this: void): void;
}

function Group({ of: group, onChange }: GroupProps): VNode {
  const [opened, setOpened] = useState<'mute' | 'unmute' | 'note' | 'redrive' | undefined>(undefined);
  const close = () => setOpened(undefined);
  const { id, type, queue, code, message, stack, jobId, other } = group;
  return (
    <>
      <p class="actions">
        {group.deadLetters !== null && group.deadLetters > 0 && (
          <ActionButton scope="operate" onClick={() => setOpened('redrive')}>
            Run its dead letters again
          </ActionButton>
        )}
        <ActionButton scope="operate" onClick={() => setOpened(group.muted ? 'unmute' : 'mute')}>
          {group.muted ? 'Unmute' : 'Mute'}
        </ActionButton>
        <ActionButton scope="operate" onClick={() => setOpened('note')}>
          {group.note === null ? 'Take a note' : 'Change the note'}
        </ActionButton>
        <CopyButton text={`npx jobstream errors get ${id}`}>Copy as command</CopyButton>
      </p>
      {other && (
        <p class="muted">
          Types have more errors of their own than are kept apart. The rest is counted here; no filter finds
          its jobs.
        </p>
      )}
      <Facts
        of={{
          Note: group.note,
          'Muted until': group.mutedUntil && <Moment at={group.mutedUntil} />,
          'Last 24 hours': <Trend of={group.trend} />,
          Failures: writeCount(group.count),
          'Dead letters': group.deadLetters !== null && <LettersOf group={group} />,
          First: <Moment at={group.firstAt} precise />,
          Last: <Moment at={group.lastAt} precise />,
          Type: <a href={hrefOf('types', type)}>{type}</a>,
          Queue: <a href={hrefOf('queues', queue)}>{queue}</a>,
          Jobs: !other && (
            <a href={hrefOf('jobs', undefined, { q: `group:${id}` })}>those that show this error now</a>
          ),
        }}
      />
      <section>
        <h2>Latest failure</h2>
        <p>
          Job <a href={hrefOf('jobs', jobId)}>{jobId}</a>
        </p>
        <p>
          <ErrorText error={{ code, message }} />
        </p>
        {stack === null ? (
          <p class="muted">It has no stack, or its job is kept no longer.</p>
        ) : (
          <StackText stack={stack} />
        )}
      </section>
      {opened === 'redrive' && <BulkAction action="replay" filter={filterOfLetters(group)} onClose={close} />}
      {(opened === 'mute' || opened === 'unmute' || opened === 'note') && (
        <MarkDialog group={group} mark={opened} onClose={close} onDone={onChange} />
      )}
    </>
  );
}
