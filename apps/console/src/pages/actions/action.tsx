import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ActionView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { FaultList, OrderProgress } from '../../parts/order-progress.js';
import { writeCount, writeRate, writeReasons } from '../../numbers/count.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 1_000;

/** One action on all jobs that met a filter: how far it is. */
export function Action({ item: id }: { readonly item: string }): VNode {
  const [isOver, setOver] = useState(false);
  const polled = usePolled(
    async (signal) => {
      const view = await client.actions.read(id, { signal });
      setOver(view.finishedAt !== null);
      return view;
    },
    { key: id, everyMs: isOver ? Infinity : everyMs },
  );
  const [isCancelling, setCancelling] = useState(false);
  const view = polled.data;
  const isUnderWay = view?.finishedAt === null;
  usePageKeys(isUnderWay ? { c: { text: 'end it', run: () => setCancelling(true) } } : {});
  return (
    <>
      <h1>
        Action <code class="id">{id}</code>
      </h1>
      <Freshness of={polled} />
      {isUnderWay && (
        <p class="actions">
          <ActionButton scope="operate" isDanger letter="c" onClick={() => setCancelling(true)}>
            End it
          </ActionButton>
        </p>
      )}
      {view && <ActionFacts view={view} />}
      {isCancelling && (
        <ActionDialog
          title="End the action"
          verb="End it"
          isDanger
          onClose={() => setCancelling(false)}
          act={() => client.actions.cancel(id)}
        >
          <p>It changes no further job. What it has changed stays changed.</p>
        </ActionDialog>
      )}
    </>
  );
}

function ActionFacts({ view }: { readonly view: ActionView }): VNode {
  const { action, q, skippedBy, faults } = view;
  const reasons = writeReasons(skippedBy);
  return (
    <>
      <OrderProgress {...view} />
      <Facts
        of={{
          Does: action === 'cancel' ? 'cancels them' : 'runs them again',
          Filter: (
            <a href={`${hrefOf('jobs')}?${new URLSearchParams({ q }).toString()}`}>
              <code>{q}</code>
            </a>
          ),
          Why: view.why,
          'Asked for by': view.requestedBy,
          Asked: <Moment at={view.createdAt} />,
          Ended: view.finishedAt && <Moment at={view.finishedAt} />,
          Matched: writeCount(view.matched),
          Done: writeCount(view.done),
          'Passed over': `${writeCount(view.skipped)}${reasons === '' ? '' : ` (${reasons})`}`,
          Failed: writeCount(view.failed),
          Rate: `at most ${writeCount(view.rate)} a second, so far ${writeRate(view.throughput ?? 0)}`,
        }}
      />
      <FaultList title="Jobs that could not be changed" faults={faults} />
    </>
  );
}
