import type { VNode } from 'preact';
import type { DeadLetterPage } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RecordLink } from '../../parts/record-link.js';
import { RowTable } from '../../parts/row-table.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 10_000;
/** Dead letters of each queue that are looked through: the newest. */
const lookedThrough = 200;

interface PoisonProps {
  /** Those that have dead letters. */
  readonly queues: readonly string[];
  readonly chosen: string | undefined;
}

/** Records without a readable job. Nothing can run them again: whoever wrote them has to write them anew. */
export function Poison({ queues, chosen }: PoisonProps): VNode {
  const wanted = queues.filter((queue) => chosen === undefined || queue === chosen);
  const polled = usePolled((signal) => readPoison(wanted, signal), { key: wanted.join(), everyMs });
  return (
    <section aria-labelledby="poison">
      <h2 id="poison">Poison</h2>
      <Freshness of={polled} />
      <RowTable
        label="Records without a readable job"
        rows={polled.data?.toSorted((a, b) => Date.parse(b.letter.time) - Date.parse(a.letter.time))}
        keyOf={({ letter: { topic, partition, offset } }) => `${topic}/${partition}/${offset}`}
        empty={`None among the newest ${lookedThrough} dead letters of each queue. A record that holds no readable job comes here as it is.`}
        columns={[
          { title: 'Set aside', cell: ({ letter }) => <RecordLink of={letter} /> },
          { title: 'Queue', cell: ({ queue }) => <a href={hrefOf('queues', queue)}>{queue}</a> },
          {
            title: 'Error',
            cell: ({ letter: { error, reason } }) => <ErrorText error={error} reason={reason} />,
          },
          { title: 'Came from', cell: ({ letter: { origin } }) => <RecordLink of={origin} /> },
          { title: 'Time', cell: ({ letter: { time } }) => <Moment at={time} /> },
        ]}
      />
    </section>
  );
}

interface QueueLetter {
  readonly queue: string;
  readonly letter: DeadLetterPage['items'][number];
}

async function readPoison(queues: readonly string[], signal: AbortSignal): Promise<QueueLetter[]> {
  const pages = await Promise.all(
    queues.map(async (queue) => {
      const { items } = await client.listDeadLetters(queue, { signal, limit: lookedThrough });
      return items.filter(({ job }) => job === null).map((letter) => ({ queue, letter }));
    }),
  );
  return pages.flat();
}
