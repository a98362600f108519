import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { TransitionView } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { countOf } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';

/** Rows that are shown before somebody asks for all. */
const maxRows = 200;

interface TransitionTableProps {
  readonly id: string;
  readonly transitions: readonly TransitionView[];
}

/** Every record of a job, each a link to the job as it was then. Those that have no part in its state are marked. */
export function TransitionTable({ id, transitions }: TransitionTableProps): VNode {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(transitions.length - maxRows, 0);
  return (
    <>
      {hidden > 0 && (
        <p>
          <button type="button" onClick={() => setWhole(true)}>
            Show {countOf(hidden, 'older record')}
          </button>
        </p>
      )}
      <RowTable
        label="Records of the job"
        rows={transitions.slice(hidden)}
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
            cell: ({ topic, partition, offset }) => (
              <code>
                {topic}/{partition}/{offset}
              </code>
            ),
          },
        ]}
      />
    </>
  );
}
