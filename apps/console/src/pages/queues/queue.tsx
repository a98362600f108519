import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { LaneView, QueueView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { RowTable } from '../../parts/row-table.js';
import { countOf, writeCount, writeKnownCount } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { LazyThroughput } from '../../parts/throughput/lazy-throughput.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { useJobTypes } from '../../server/job-types.js';
import { useLive } from '../../server/live.js';
import { usePolled } from '../../server/polled.js';
import { recentSamplesOf } from '../../server/queue-samples.js';
import { judge } from '../overview/verdict.js';
import { LimitsDialog } from './limits-dialog.js';
import { LimitsUse } from './limits-usage.js';
import { writeLimits } from './limits-text.js';

const everyMs = 2_000;

/** One queue: how far its workers are, lane by lane, and what holds them back. */
export function Queue({ item: name }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.queues.read(name, { signal }), { key: name, everyMs });
  const [opened, setOpened] = useState<'pause' | 'limits' | 'clear' | undefined>(undefined);
  const queue = polled.data;
  const close = () => setOpened(undefined);
  const done = () => {
    close();
    polled.refresh();
  };
  const resume = async () => {
    await client.queues.resume(name);
    polled.refresh();
  };
  const pauseOrResume = () => (queue?.paused ? void resume() : setOpened('pause'));
  usePageKeys(queue ? { p: { text: 'pause or resume', run: pauseOrResume } } : {});
  return (
    <>
      <h1>Queue {name}</h1>
      <Freshness of={polled} />
      {queue && (
        <>
          <p class="actions">
            {queue.paused ? (
              <ActionButton scope="operate" letter="p" onClick={() => void resume()}>
                Resume
              </ActionButton>
            ) : (
              <ActionButton scope="operate" isDanger letter="p" onClick={() => setOpened('pause')}>
                Pause
              </ActionButton>
            )}
            <ActionButton scope="operate" onClick={() => setOpened('limits')}>
              Change limits
            </ActionButton>
            <ActionButton scope="operate" onClick={() => setOpened('clear')}>
              Limits as defined
            </ActionButton>
          </p>
          <QueueFacts queue={queue} />
          <QueueThroughput queue={name} />
          {Object.keys(queue.limits).length > 0 && <LimitsUse queue={name} />}
          <Lanes lanes={queue.lanes} />
        </>
      )}
      {queue && opened === 'pause' && (
        <ActionDialog
          title={`Pause ${name}`}
          verb="Pause it"
          isDanger
          onClose={close}
          onDone={done}
          act={() => client.queues.pause(name)}
        >
          <p>
            Its workers start nothing until it is resumed: {countOf(queue.lag, 'job')} wait or run now. Jobs
            that run finish, and jobs go on coming in.
          </p>
        </ActionDialog>
      )}
      {queue && opened === 'limits' && <LimitsDialog queue={queue} onClose={close} onDone={done} />}
      {opened === 'clear' && (
        <ActionDialog
          title={`Limits of ${name}`}
          verb="Take them back"
          onClose={close}
          onDone={done}
          act={() => client.queues.clearLimits(name)}
        >
          <p>The limits of the queue’s definition hold again.</p>
        </ActionDialog>
      )}
    </>
  );
}

function QueueFacts({ queue }: { readonly queue: QueueView }): VNode {
  const frame = useLive().data?.queues.find((each) => each.queue === queue.queue);
  const verdict = frame && judge(frame, recentSamplesOf(queue.queue));
  const jobs = (state: string, count: number | null) => (
    <a href={hrefOf('jobs', undefined, { queue: queue.queue, state })}>{writeKnownCount(count)}</a>
  );
  return (
    <>
      <p role="status" class={verdict?.kind ?? 'muted'}>
        {verdict?.text ?? 'Looking…'}
      </p>
      <Facts
        of={{
          Lag: writeCount(queue.lag),
          'Oldest waits':
            queue.oldestWaitingSeconds === null
              ? 'none waits'
              : writeSpan(queue.oldestWaitingSeconds * 1_000),
          Running: jobs('running', queue.running),
          Retrying: jobs('retrying', queue.retrying),
          Scheduled: jobs('scheduled', queue.scheduled),
          'Dead letters': (
            <a href={hrefOf('dead-letters', undefined, { queue: queue.queue })}>
              {writeCount(queue.deadLetters)}
            </a>
          ),
          Workers: (
            <a href={hrefOf('workers', undefined, { queue: queue.queue })}>{writeCount(queue.workers)}</a>
          ),
          Limits: writeLimits(queue.limits),
        }}
      />
    </>
  );
}

/** Of all types of the queue, or of the one in the URL. */
function QueueThroughput({ queue }: { readonly queue: string }): VNode {
  const types = useJobTypes();
  const { query } = place.value;
  const chosen = query.get('type') ?? '';
  const look = (type: string) =>
    go(hrefOf('queues', queue, { ...Object.fromEntries(query), type }), { replace: true });
  return (
    <>
      <LazyThroughput queue={queue} {...(chosen !== '' && { type: chosen })} />
      <label>
        Of the job type
        <select value={chosen} onChange={(event) => look(event.currentTarget.value)}>
          <option value="">all of the queue</option>
          {types.data?.items
            .filter((each) => each.queue === queue)
            .map(({ type }) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
        </select>
      </label>
    </>
  );
}

function Lanes({ lanes }: { readonly lanes: readonly LaneView[] }): VNode {
  const rows = lanes.flatMap(({ lane, topic, partitions }) =>
    partitions.map((partition) => ({ lane, topic, ...partition })),
  );
  return (
    <section>
      <h2>Lag by lane and partition</h2>
      <RowTable
        label="Lag by lane and partition"
        rows={rows}
        keyOf={({ topic, partition }) => `${topic}/${partition}`}
        empty="The queue has no topic yet: it gets one when its first worker starts."
        columns={[
          { title: 'Lane', cell: ({ lane }) => lane },
          { title: 'Topic', cell: ({ topic }) => <code>{topic}</code> },
          { title: 'Partition', isNumber: true, cell: ({ partition }) => partition },
          { title: 'Finished to', isNumber: true, cell: ({ committed }) => writeCount(committed) },
          { title: 'End', isNumber: true, cell: ({ end }) => writeCount(end) },
          { title: 'Lag', isNumber: true, cell: ({ lag }) => writeCount(lag) },
        ]}
      />
    </section>
  );
}
