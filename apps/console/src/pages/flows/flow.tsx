import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { usePageKeys } from '../../keys/keyboard.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 2_000;

/** One flow: its jobs in their order, and what each waits for. */
export function Flow({ item: id }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.flows.read(id, { signal }), { key: id, everyMs });
  const [isCancelling, setCancelling] = useState(false);
  const flow = polled.data;
  const isUnderWay = flow?.finishedAt === null;
  usePageKeys(isUnderWay ? { c: { text: 'cancel it', run: () => setCancelling(true) } } : {});
  return (
    <>
      <h1>
        Flow <code class="id">{id}</code>
      </h1>
      <Freshness of={polled} />
      {flow && isUnderWay && (
        <p class="actions">
          <ActionButton scope="operate" isDanger letter="c" onClick={() => setCancelling(true)}>
            Cancel
          </ActionButton>
        </p>
      )}
      {flow && (
        <Facts
          of={{
            State: flow.state,
            'When a job fails': flow.onFailure,
            'Made by': flow.parent && <a href={hrefOf('jobs', flow.parent)}>{flow.parent}</a>,
            Made: <Moment at={flow.createdAt} />,
            Ended: flow.finishedAt && <Moment at={flow.finishedAt} />,
          }}
        />
      )}
      <h2>Its jobs</h2>
      <RowTable
        label="Jobs of the flow"
        rows={flow?.jobs}
        keyOf={({ name }) => name}
        empty="None."
        columns={[
          { title: 'Name', cell: ({ name }) => name },
          { title: 'Job', cell: ({ id: job }) => <a href={hrefOf('jobs', job)}>{job}</a> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'State', cell: ({ state }) => state },
          { title: 'After', cell: ({ after }) => after.join(', ') },
          { title: 'Error', cell: ({ error }) => error && <span class="error-text">{error.message}</span> },
        ]}
      />
      {isCancelling && (
        <ActionDialog
          title="Cancel the flow"
          verb="Cancel it"
          isDanger
          onClose={() => setCancelling(false)}
          act={() => client.flows.cancel(id)}
        >
          <p>What has not started does not start. Jobs that run are told to stop.</p>
        </ActionDialog>
      )}
    </>
  );
}
