import type { VNode } from 'preact';
import { Freshness } from '../../parts/freshness.js';
import { JsonText } from '../../parts/json-text.js';
import { RowTable } from '../../parts/row-table.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 2_000;

/** The API process that answers, and what it needs. */
export function HealthPage(): VNode {
  const polled = usePolled((signal) => client.readHealth({ signal }), { key: 'health', everyMs });
  const report = polled.data;
  return (
    <>
      <h1>Health</h1>
      <Freshness of={polled} />
      {report && (
        <p role="status" class={report.ready ? 'fine' : 'trouble'}>
          {report.ready ? 'The API can do its work.' : 'The API can not do its work.'}
          {report.draining && ' It is stopping.'}
        </p>
      )}
      <RowTable
        label="Parts"
        rows={report && Object.entries(report.checks)}
        keyOf={([name]) => name}
        empty="The API checks nothing."
        columns={[
          { title: 'Part', cell: ([name]) => name.replaceAll('_', ' ') },
          {
            title: 'State',
            cell: ([, { ok, why }]) => (
              <span class={ok ? 'fine' : 'trouble'}>{ok ? 'fine' : (why ?? 'down')}</span>
            ),
          },
          {
            title: 'More',
            cell: ([name, { detail }]) =>
              detail !== undefined && <JsonText label={`More of ${name}`} value={detail} />,
          },
        ]}
      />
      <p class="actions">
        <a href="/docs" target="_blank" rel="noreferrer">
          Routes (OpenAPI)
        </a>
        <a href="/dev/mail" target="_blank" rel="noreferrer">
          Caught mail, on the embedded stack
        </a>
      </p>
    </>
  );
}
