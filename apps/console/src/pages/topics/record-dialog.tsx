import type { VNode } from 'preact';
import type { RecordView } from '@jobstream/contracts/rest';
import { Dialog } from '../../parts/dialog.js';
import { Facts } from '../../parts/facts.js';
import { TextBox } from '../../parts/json-text.js';
import { Moment } from '../../parts/moment.js';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';
import { indentJson } from './indented-json.js';

interface RecordDialogProps {
  readonly topic: string;
  readonly record: RecordView;
  onClose(this: void): void;
}

/** A record whole: its headers, and its value as it was written. */
export function RecordDialog({ topic, record, onClose }: RecordDialogProps): VNode {
  const { partition, offset, time, key, headers, value, valueBytes, isJson, job, fault } = record;
  return (
    <Dialog title={`Record ${topic}/${partition}/${offset}`} onClose={onClose}>
      <Facts
        of={{
          Time: <Moment at={time} precise />,
          Key: key && <code>{key.text}</code>,
          Job: job && <a href={hrefOf('jobs', job.id)}>{job.id}</a>,
          Fault: fault && <span class="trouble">{fault}</span>,
          Bytes: writeCount(valueBytes),
        }}
      />
      <h3>Headers</h3>
      {headers === null ? (
        <p class="muted">More than 1,000, or than 64 KiB: no reader looks at them.</p>
      ) : (
        <TextBox label="Headers" text={JSON.stringify(headers, null, 2)} />
      )}
      <h3>Value{value?.encoding === 'base64' && ', in base64: it is no text'}</h3>
      {value === null ? (
        <p class="muted">A tombstone: the record takes back what its key said before.</p>
      ) : (
        <TextBox label="Value" text={isJson ? indentJson(value.text) : value.text} />
      )}
      <form method="dialog">
        <button>Close</button>
      </form>
    </Dialog>
  );
}
