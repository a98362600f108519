import type { VNode } from 'preact';
import type { FlowView, ListedJob } from '@jobstream/contracts/rest';
import { ErrorText } from '../../parts/error-text.js';
import { Freshness } from '../../parts/freshness.js';
import { RowTable } from '../../parts/row-table.js';
import { StateMark } from '../../parts/state-mark.js';
import { shownAt } from '../../place/past.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { useReadPast } from '../../server/read-past.js';

/** Jobs of one reading. */
const limit = 100;

/** One flow: how its jobs stood at a time. */
export function PastFlow({ item: id }: { readonly item: string }): VNode {
  const polled = useReadPast((at, signal) => readPastFlow(id, at, signal), id);
  return (
    <>
      <h1>
        Flow <code class="id">{id}</code>
      </h1>
      <Freshness of={polled} />
      {polled.data && Date.parse(polled.data.flow.createdAt) > shownAt.value!.getTime() && (
        <p role="status">The flow was made later.</p>
      )}
      <h2>Its jobs</h2>
      <RowTable
        label="Jobs of the flow"
        rows={polled.data?.flow.jobs}
        keyOf={({ name }) => name}
        empty="None."
        columns={[
          { title: 'Name', cell: ({ name }) => name },
          { title: 'Job', cell: (step) => <a href={hrefOf('jobs', step.id)}>{step.id}</a> },
          { title: 'Type', cell: ({ type }) => type },
          { title: 'State', cell: (step) => <StateThen job={polled.data!.jobs.get(step.id)} /> },
          { title: 'After', cell: ({ after }) => after.join(', ') },
          {
            title: 'Error',
            cell: (step) => {
              const job = polled.data!.jobs.get(step.id);
              return job?.error && <ErrorText error={job.error} />;
            },
          },
        ]}
      />
    </>
  );
}

function StateThen({ job }: { readonly job: ListedJob | undefined }): VNode {
  return job ? <StateMark state={job.state} /> : <>not started</>;
}

interface ReadFlow {
  readonly flow: FlowView;
  /** Those that had started, as they were, by id. */
  readonly jobs: ReadonlyMap<string, ListedJob>;
}

async function readPastFlow(id: string, at: Date, signal: AbortSignal): Promise<ReadFlow> {
  const flow = await client.flows.read(id, { signal });
  const jobs = new Map<string, ListedJob>();
  for (let cursor: string | undefined | null; cursor !== null;) {
    const page = await client.listPage({ q: `flow:${id}`, at, cursor, limit, signal });
    for (const job of page.items) jobs.set(job.id, job);
    cursor = page.next;
  }
  return { flow, jobs };
}
