import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { TextBox } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 5_000;

/** Mails that were caught instead of delivered. They are shown as text, whatever is in them. */
export function Mail(): VNode {
  const polled = usePolled((signal) => client.files.listCaughtMails({ signal }), { key: 'mail', everyMs });
  const isDelivered = polled.failure?.code === 'route_not_found';
  return (
    <>
      <h1>Mail</h1>
      {isDelivered ? (
        <p>
          Mails of this platform are delivered. Only where a mail server catches them (
          <code>CAUGHT_MAIL_DIR</code>), as after <code>npm start</code>, they show here.
        </p>
      ) : (
        <>
          <p>
            Caught by the mail server of this machine: nothing was delivered.{' '}
            <a href="/dev/mail" target="_blank" rel="noreferrer">
              With their own looks
            </a>
          </p>
          <Freshness of={polled} />
          <RowTable
            label="Caught mails"
            rows={polled.data?.items}
            keyOf={({ id }) => id}
            empty="No mail yet. A finished report and a sign-up send one."
            columns={[
              {
                title: 'Mail',
                cell: ({ subject, text }) => (
                  <details>
                    <summary>{subject === '' ? 'no subject' : subject}</summary>
                    <TextBox label={`Text of the mail: ${subject}`} text={text} />
                  </details>
                ),
              },
              { title: 'From', cell: ({ from }) => from },
              { title: 'To', cell: ({ to }) => to.join(', ') },
              { title: 'Came', cell: ({ receivedAt }) => <Moment at={receivedAt} /> },
            ]}
          />
        </>
      )}
    </>
  );
}
