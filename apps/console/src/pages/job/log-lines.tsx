import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { JobLogLine } from '@jobstream/contracts/rest';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { countOf } from '../../numbers/count.js';

/** Rows that are shown before somebody asks for all. */
const maxRows = 200;

/** What the handlers of a job have logged, as it comes. */
export function LogLines({ lines }: { readonly lines: readonly JobLogLine[] }): VNode {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(lines.length - maxRows, 0);
  return (
    <>
      {hidden > 0 && (
        <p>
          <button type="button" onClick={() => setWhole(true)}>
            Show {countOf(hidden, 'older line')}
          </button>
        </p>
      )}
      <RowTable
        label="Log of the job"
        rows={lines.slice(hidden)}
        keyOf={({ id }) => id}
        empty="Nothing. What its handler writes with ctx.logger comes here."
        columns={[
          { title: 'Time', cell: ({ time }) => <Moment at={time} precise /> },
          { title: 'Run', isNumber: true, cell: ({ run }) => run },
          { title: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
          { title: 'Level', cell: ({ level }) => <span class={`level-${level}`}>{level}</span> },
          { title: 'Message', cell: ({ message }) => <span class="log-text">{message}</span> },
          { title: 'Fields', cell: ({ fields }) => fields && <code>{JSON.stringify(fields)}</code> },
        ]}
      />
    </>
  );
}
