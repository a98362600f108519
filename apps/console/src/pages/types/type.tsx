import type { VNode } from 'preact';
import { Facts } from '../../parts/facts.js';
import { Freshness } from '../../parts/freshness.js';
import { JsonText } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { writeCount } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';
import { hrefOf } from '../../place/place.js';
import { client } from '../../server/connection.js';
import { usePolled } from '../../server/polled.js';

const everyMs = 10_000;

/** One job type: who serves it, and what it takes. */
export function TypePage({ item: name }: { readonly item: string }): VNode {
  const polled = usePolled((signal) => client.jobTypes.read(name, { signal }), { key: name, everyMs });
  const type = polled.data;
  return (
    <>
      <h1>Type {name}</h1>
      <Freshness of={polled} />
      {type && (
        <>
          <p class="actions">
            <a href={hrefOf('test', undefined, { type: name })}>Submit a job of this type</a>
            <a href={hrefOf('jobs', undefined, { type: name })}>Its jobs</a>
          </p>
          {type.rivals.length > 0 && (
            <p class="notice">
              {type.rivals.map(({ owner }) => owner).join(', ')} also serves a type of this name: stop one of
              them.
            </p>
          )}
          <Facts
            of={{
              Queue: <a href={hrefOf('queues', type.queue.name)}>{type.queue.name}</a>,
              Owner: type.owner,
              Published: <Moment at={type.publishedAt} />,
              'Workers that serve it': type.workers === null ? 'not known now' : writeCount(type.workers),
              Endpoint: type.endpoint?.url,
              Attempts: type.maxAttempts,
              'Time limit': writeSpan(type.timeoutMs),
              Backoff: type.backoffMs.map(writeSpan).join(', '),
              'Scope to submit': type.submitScope,
              Exclusive: type.exclusive ? 'yes' : 'no',
              'Ordered by': type.orderBy,
              'Searched by': type.search?.join(', '),
            }}
          />
          <section>
            <h2>An example of a payload</h2>
            <JsonText label="Example" value={type.example} />
          </section>
          <section>
            <h2>Schema of the payload</h2>
            <JsonText label="Schema of the payload" value={type.payload} />
          </section>
          <section>
            <h2>Schema of the result</h2>
            <JsonText label="Schema of the result" value={type.result} />
          </section>
        </>
      )}
    </>
  );
}
