import type { VNode } from 'preact';
import type { JobLogLine } from '@jobstream/contracts/rest';
import { Moment } from '../../parts/moment.js';
import { NewestRows } from '../../parts/newest-rows.js';

/** What the handlers of a job have logged, as it comes. */
export function LogLines({ lines }: { readonly lines: readonly JobLogLine[] }): VNode {
  return (
    <NewestRows
      label="Log of the job"
      thing="line"
      rows={lines}
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
  );
}
