import type { VNode } from 'preact';
import type { RecordPlace } from '@jobstream/contracts/rest';
import { hrefOf } from '../place/place.js';

/** Where a record stands in the log, as a link to the record. */
export function RecordLink({ of: { topic, partition, offset } }: { readonly of: RecordPlace }): VNode {
  const query = { partition: String(partition), offset: String(offset), open: String(offset) };
  return (
    <a href={hrefOf('topics', topic, query)}>
      <code>
        {topic}/{partition}/{offset}
      </code>
    </a>
  );
}
