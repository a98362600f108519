import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ApiKeyView } from '@jobstream/contracts/rest';
import { ActionButton } from '../../parts/action-button.js';
import { ActionDialog } from '../../parts/action-dialog.js';
import { Freshness } from '../../parts/freshness.js';
import { Age, Moment } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { go, hrefOf, place } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';
import { KeyDialog } from './key-dialog.js';

const everyMs = 5_000;

/** API keys, and who changed what with them. */
export function Access(): VNode {
  return (
    <>
      <h1>Keys and audit</h1>
      <Keys />
      <Audit />
    </>
  );
}

function Keys(): VNode {
  const polled = usePolled((signal) => client.access.listKeys({ signal }), { key: 'keys', everyMs });
  const [opened, setOpened] = useState<'make' | ApiKeyView | undefined>(undefined);
  const close = () => {
    setOpened(undefined);
    polled.refresh();
  };
  return (
    <section>
      <h2>API keys</h2>
      <Freshness of={polled} />
      <p class="actions">
        <ActionButton scope="admin" onClick={() => setOpened('make')}>
          Make a key
        </ActionButton>
      </p>
      <RowTable
        label="API keys"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No key yet. Where none is needed, everyone who reaches the API may do everything."
        columns={[
          {
            title: 'Name',
            cell: ({ id, name }) => <a href={hrefOf('access', undefined, { keyId: id })}>{name}</a>,
          },
          { title: 'Owner', cell: ({ owner }) => owner },
          { title: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
          { title: 'Valid', cell: (key) => <Validity of={key} /> },
          {
            title: 'Used',
            cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Age at={lastUsedAt} />),
          },
          {
            title: 'Act',
            cell: (key) =>
              key.revokedAt === null && (
                <ActionButton scope="admin" isDanger onClick={() => setOpened(key)}>
                  Revoke
                </ActionButton>
              ),
          },
        ]}
      />
      {opened === 'make' && <KeyDialog onClose={close} />}
      {typeof opened === 'object' && (
        <ActionDialog
          title={`Revoke ${opened.name}`}
          verb="Revoke it"
          isDanger
          onClose={close}
          act={() => client.access.revokeKey(opened.id)}
        >
          <p>Every process refuses it within seconds, for good. Its sessions end with it.</p>
        </ActionDialog>
      )}
    </section>
  );
}

function Validity({ of: { revokedAt, expiresAt } }: { readonly of: ApiKeyView }): VNode {
  if (revokedAt !== null)
    return (
      <>
        revoked <Age at={revokedAt} />
      </>
    );
  return expiresAt === null ? <>until it is revoked</> : <Moment at={expiresAt} />;
}

function Audit(): VNode {
  const { query } = place.value;
  const [keyId, cursor] = [query.get('keyId') ?? undefined, query.get('cursor') ?? undefined];
  const polled = usePolled((signal) => client.access.listAudit({ keyId, cursor, signal }), {
    key: `${keyId} ${cursor}`,
    everyMs,
  });
  const next = polled.data?.next ?? null;
  return (
    <section>
      <h2>Audit</h2>
      <p>Who changed what, and what was refused.</p>
      <Freshness of={polled} />
      {keyId !== undefined && (
        <p class="actions">
          Of the key <code>{keyId}</code> alone. <a href={hrefOf('access')}>Of all keys</a>
        </p>
      )}
      <RowTable
        label="Audit"
        rows={polled.data?.items}
        keyOf={({ requestId, at, action }) => `${requestId} ${at} ${action}`}
        empty="No entry yet. Each change makes one."
        columns={[
          { title: 'Time', cell: ({ at }) => <Moment at={at} /> },
          { title: 'Who', cell: ({ who }) => who ?? 'without a key' },
          { title: 'Action', cell: ({ action }) => <code>{action}</code> },
          { title: 'Target', cell: ({ target }) => target },
          { title: 'Status', isNumber: true, cell: ({ status }) => status },
        ]}
      />
      <p class="actions">
        {next !== null && (
          <button type="button" onClick={() => go(hrefOf('access', undefined, { keyId, cursor: next }))}>
            Older
          </button>
        )}
      </p>
    </section>
  );
}
