import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { JobDetail } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { JsonField, readJson } from '../../parts/json-field.js';
import { client } from '../../server/connection.js';
import { patchOf, type MadePatch } from './payload-patch.js';

interface ReplayDialogProps {
  readonly job: JobDetail;
  onClose(this: void): void;
  onDone(this: void): void;
}

/** Runs a job again, with its payload as it is or as it is edited here. */
export function ReplayDialog({ job, onClose, onDone }: ReplayDialogProps): VNode {
  const [text, setText] = useState(JSON.stringify(job.payload, null, 2));
  const read = readJson(text);
  const made: MadePatch = 'fault' in read ? read : patchOf(job.payload, read.value);
  return (
    <ActionDialog
      title="Run it again"
      verb="Run it again"
      asksWhy
      isBlocked={'fault' in made}
      onClose={onClose}
      onDone={onDone}
      act={async (why) => {
        const patch = 'patch' in made && made.patch.length > 0 ? made.patch : undefined;
        await client.replay(job.id, { why, patch });
      }}
    >
      <p>It becomes run {job.run + 1} of the same job. Its schema checks the payload again.</p>
      <JsonField label="Payload" text={text} onChange={setText} />
      <p role="status">
        {'fault' in made && <span class="fault">{made.fault}</span>}
        {'patch' in made && made.patch.length === 0 && 'The payload stays as it is.'}
      </p>
      {'patch' in made && made.patch.length > 0 && (
        <ul aria-label="What changes">
          {made.patch.map((operation) => (
            <li key={operation.path}>
              <code>{JSON.stringify(operation)}</code>
            </li>
          ))}
        </ul>
      )}
    </ActionDialog>
  );
}
