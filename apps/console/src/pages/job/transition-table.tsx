import type { VNode } from 'preact';
import type { TransitionView } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Moment } from '../../parts/moment.js';
import { NewestRows } from '../../parts/newest-rows.js';
import { RecordLink } from '../../parts/record-link.js';
import { StateMark } from '../../parts/state-mark.js';
import { hrefOf } from '../../place/place.js';

interface TransitionTableProps {
  readonly id: string;
  readonly transitions: readonly TransitionView[];
}

/** Every record of a job, each a link to the job as it was then. Those that have no part in its state are marked. */
export function TransitionTable({ id, transitions }: TransitionTableProps): VNode {
  return (
    <NewestRows
      label="Records of the job"
      thing="record"
      rows={transitions}
      keyOf={({ topic, partition, offset }) => `${topic}/${partition}/${offset}`}
      empty="No record was read yet."
      columns={[
        {
          title: 'Time',
          cell: ({ time }) => (
            <a href={hrefOf('jobs', id, { at: time })}>
              <Moment at={time} precise />
            </a>
          ),
        },
        {
          title: 'State',
          cell: ({ state, superseded }) => (
            <>
              <StateMark state={state} />
              {superseded && <span class="mark"> superseded</span>}
            </>
          ),
        },
        { title: 'Run', isNumber: true, cell: ({ run }) => run },
        { title: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
        { title: 'Worker', cell: ({ worker }) => worker },
        { title: 'Error', cell: ({ error, reason }) => <ErrorText error={error} reason={reason} /> },
        {
          title: 'Record',
          cell: (transition) => <RecordLink of={transition} />,
        },
      ]}
    />
  );
}
