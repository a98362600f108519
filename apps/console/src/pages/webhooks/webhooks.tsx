import type { VNode } from 'preact';
import type { WebhookView } from '@jobstream/contracts/rest';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 5_000;

/** All webhooks; those in trouble say so. */
export function Webhooks(): VNode {
  const polled = usePolled((signal) => client.webhooks.list({ signal }), { key: 'webhooks', everyMs });
  return (
    <>
      <h1>Webhooks</h1>
      <Freshness of={polled} />
      <RowTable
        label="Webhooks"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No webhook yet. Make one: npx jobstream webhooks create https://receiver.example/"
        columns={[
          {
            title: 'Receiver',
            cell: ({ id, url }) => (
              <a href={hrefOf('webhooks', id)}>{url ?? 'the URLs that submissions name'}</a>
            ),
          },
          { title: 'State', cell: (webhook) => <WebhookState of={webhook} /> },
          { title: 'Types', cell: ({ types }) => types?.join(', ') ?? 'all' },
          { title: 'Ends', cell: ({ states }) => states?.join(', ') ?? 'all' },
          { title: 'For', cell: ({ submittedFor }) => submittedFor ?? 'all' },
        ]}
      />
    </>
  );
}

/** Whether a webhook hears of anything, and since when not. */
export function WebhookState({ of }: { readonly of: WebhookView }): VNode {
  const { switchedOffAt, pausedAt, failingSince } = of;
  if (switchedOffAt !== null)
    return (
      <span class="trouble">
        switched off <Age at={switchedOffAt} />
      </span>
    );
  if (pausedAt !== null)
    return (
      <span class="trouble">
        paused <Age at={pausedAt} />
      </span>
    );
  if (failingSince !== null)
    return (
      <span class="trouble">
        fails, first <Age at={failingSince} />
      </span>
    );
  return <span>works</span>;
}
