import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { failureOf } from '../../server/failure.js';
import { usePolled } from '../../server/polled.js';
import { WebhookState } from './webhooks.js';

const everyMs = 3_000;

/** One webhook, and its newest deliveries. */
export function Webhook({ item: id }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.webhooks.read(id, { signal }), { key: id, everyMs });
  const [isPausing, setPausing] = useState(false);
  const [told, setTold] = useState('');
  const webhook = polled.data;
  const isOff = webhook !== undefined && (webhook.pausedAt ?? webhook.switchedOffAt) !== null;
  const ping = async () => {
    setTold('Sending a ping…');
    try {
      const { delivered, status, why } = await client.webhooks.ping(id);
      setTold(delivered ? `The receiver answered with ${status}.` : `Not delivered: ${why}`);
    } catch (error) {
      setTold(failureOf(error).text);
    }
  };
  return (
    <>
      <h1>Webhook</h1>
      <Freshness of={polled} />
      {webhook && (
        <>
          <p class="actions">
            {webhook.url !== null && (
              <ActionButton scope="operate" onClick={() => void ping()}>
                Ping
              </ActionButton>
            )}
            <ActionButton scope="operate" isDanger={!isOff} onClick={() => setPausing(true)}>
              {isOff ? 'Resume' : 'Pause'}
            </ActionButton>
          </p>
          <p role="status">{told}</p>
          <Facts
            of={{
              Receiver: webhook.url ?? 'the URLs that submissions name',
              State: <WebhookState of={webhook} />,
              Types: webhook.types?.join(', ') ?? 'all',
              Ends: webhook.states?.join(', ') ?? 'all',
              For: webhook.submittedFor ?? 'all',
              Progress: webhook.progress ? 'told too' : 'not told',
              Made: <Moment at={webhook.createdAt} />,
            }}
          />
        </>
      )}
      <Deliveries id={id} />
      {isPausing && (
        <ActionDialog
          title={isOff ? 'Resume the webhook' : 'Pause the webhook'}
          verb={isOff ? 'Resume it' : 'Pause it'}
          isDanger={!isOff}
          onClose={() => setPausing(false)}
          act={async () => {
            await (isOff ? client.webhooks.resume(id) : client.webhooks.pause(id));
            polled.refresh();
          }}
        >
          <p>{isOff ? 'Its deliveries are sent again.' : 'Its deliveries wait until it is resumed.'}</p>
        </ActionDialog>
      )}
    </>
  );
}

function Deliveries({ id }: { readonly id: string }): VNode {
  const polled = usePolled((signal) => client.webhooks.listDeliveries(id, { signal }), { key: id, everyMs });
  return (
    <section>
      <h2>Newest deliveries</h2>
      <Freshness of={polled} />
      <RowTable
        label="Newest deliveries"
        rows={polled.data?.items}
        keyOf={(delivery) => delivery.id}
        empty="None yet. The end of a job that meets its conditions makes one."
        columns={[
          { title: 'Delivery', cell: (delivery) => <a href={hrefOf('jobs', delivery.id)}>{delivery.id}</a> },
          { title: 'Event', cell: ({ event }) => event },
          { title: 'Job', cell: ({ job }) => job && <a href={hrefOf('jobs', job)}>{job}</a> },
          { title: 'State', cell: ({ state }) => <StateMark state={state} /> },
          { title: 'Status', isNumber: true, cell: ({ status }) => status },
          { title: 'Error', cell: ({ error }) => error && <span class="error-text">{error.message}</span> },
        ]}
      />
    </section>
  );
}
