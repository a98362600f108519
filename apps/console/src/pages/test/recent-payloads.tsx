import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { Age } from '../../parts/moment.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const limit = 10;
/** Characters of a payload that a row shows. */
const shownCharacters = 120;

interface RecentPayloadsProps {
  readonly type: string;
  onChoose(this: void, payload: unknown): void;
}

/** The payloads of the newest jobs of a type, each to begin from. */
export function RecentPayloads({ type, onChoose }: RecentPayloadsProps): VNode {
  const polled = usePolled((signal) => client.listPage({ type, limit, payload: true, signal }), {
    key: type,
    everyMs: Infinity,
  });
  return (
    <details>
      <summary>Recent payloads</summary>
      <Freshness of={polled} />
      <RowTable
        label="Recent payloads"
        rows={polled.data?.items}
        keyOf={({ id }) => id}
        empty="No job of this type yet."
        columns={[
          { title: 'Job', cell: ({ id }) => <a href={hrefOf('jobs', id)}>{id}</a> },
          { title: 'State', cell: ({ state }) => <StateMark state={state} /> },
          { title: 'Created', cell: ({ createdAt }) => <Age at={createdAt} /> },
          { title: 'Payload', cell: ({ payload }) => <code>{startOf(payload)}</code> },
          {
            title: 'Begin',
            cell: ({ id, payload }) => (
              <button type="button" aria-label={`Use the payload of ${id}`} onClick={() => onChoose(payload)}>
                Use it
              </button>
            ),
          },
        ]}
      />
    </details>
  );
}

function startOf(payload: unknown): string {
  const text = JSON.stringify(payload) ?? 'none';
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
