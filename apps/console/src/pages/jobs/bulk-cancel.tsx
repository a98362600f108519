import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { BulkCancelWish } from '@jobstream/client';
import { ActionDialog, FailureNotice } from '../../parts/action-dialog.js';
import { Dialog } from '../../parts/dialog.js';
import { countOf, writeCount } from '../../numbers/count.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import type { JobFilter } from './job-filter.js';

interface BulkCancelProps {
  readonly filter: JobFilter;
  onClose(this: void): void;
}

/** The conditions that a bulk cancel knows. */
const cancelFields: readonly string[] = ['state', 'type', 'queue'];

/** Cancels the unfinished jobs that meet the filter: counted first. */
export function BulkCancel({ filter, onClose }: BulkCancelProps): VNode {
  const others = Object.keys(filter).filter((field) => !cancelFields.includes(field));
  const { state, type, queue } = filter;
  if (others.length > 0 || (state ?? type ?? queue) === undefined)
    return (
      <Dialog title="Cancel all that match" onClose={onClose}>
        <p>
          Filter by a state, a type or a queue, and by nothing else: all jobs at once are not cancelled by
          accident, and the other conditions are not known to a cancel.
        </p>
        <form method="dialog">
          <button>Close</button>
        </form>
      </Dialog>
    );
  return <CountedCancel wish={{ state, type, queue } as BulkCancelWish} onClose={onClose} />;
}

function CountedCancel({
  wish,
  onClose,
}: {
  readonly wish: BulkCancelWish;
  onClose(this: void): void;
}): VNode {
  const [cancelled, setCancelled] = useState<number | undefined>(undefined);
  const counted = usePolled((signal) => client.cancelAll({ ...wish, dryRun: true }, { signal }), {
    key: 'count',
    everyMs: Infinity,
  });
  if (cancelled !== undefined)
    return (
      <Dialog title="Cancelled" onClose={onClose}>
        <p role="status">
          The log has the cancels of {countOf(cancelled, 'job')}. A job that ends sooner keeps its end.
        </p>
        <form method="dialog">
          <button>Close</button>
        </form>
      </Dialog>
    );
  const count = counted.data?.count;
  return (
    <ActionDialog
      title="Cancel all that match"
      verb="Cancel them"
      isDanger
      count={count}
      isBlocked={count === undefined}
      onClose={onClose}
      onDone={() => undefined}
      act={async () => setCancelled((await client.cancelAll(wish)).count)}
    >
      <p role="status">
        {count === undefined ? 'Counting…' : `${writeCount(count)} unfinished jobs match.`} A waiting job does
        not start; a running one is told to stop.
      </p>
      {counted.failure && <FailureNotice of={counted.failure} />}
    </ActionDialog>
  );
}
