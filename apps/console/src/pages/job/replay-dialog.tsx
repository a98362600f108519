import { useMemo, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { ProblemError } from '@jobstream/client';
import type { JobDetail } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { readJson, type ReadJson } from '../../parts/json-field.js';
import { client } from '../../server/connection.js';
import type { PlacedFault } from './payload-editor/json-place.js';
import { PayloadEditor } from './payload-editor/payload-editor.js';
import { patchOf, type MadePatch } from './payload-patch.js';

interface ReplayDialogProps {
  readonly job: JobDetail;
  onClose(this: void): void;
  onDone(this: void): void;
}

/** Runs a job again, with its payload as it is or as it is edited here. */
export function ReplayDialog({ job, onClose, onDone }: ReplayDialogProps): VNode {
  const before = useMemo(() => JSON.stringify(job.payload, null, 2), []);
  const [text, setText] = useState(before);
  const [refused, setRefused] = useState<{ readonly text: string; readonly faults: readonly PlacedFault[] }>({
    text: '',
    faults: [],
  });
  const read = readJson(text);
  const made: MadePatch = 'fault' in read ? read : patchOf(job.payload, read.value);
  const faults = faultsOf(read, made);
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
        await client.replay(job.id, { why, patch }).catch((error: unknown) => {
          setRefused({ text, faults: faultsIn(error) });
          throw error;
        });
      }}
    >
      <p>It becomes run {job.run + 1} of the same job. Its schema checks the payload again.</p>
      <PayloadEditor
        before={before}
        text={text}
        faults={refused.text === text ? [...faults, ...refused.faults] : faults}
        onChange={setText}
      />
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

/** Why there is no patch, at its place in the text. */
function faultsOf(read: ReadJson, made: MadePatch): PlacedFault[] {
  if ('fault' in read) return [{ pointer: read.pointer, detail: read.fault }];
  return 'fault' in made ? [{ pointer: '', detail: made.fault }] : [];
}

/** The faults of the payload for which it was refused. */
function faultsIn(error: unknown): PlacedFault[] {
  if (!(error instanceof ProblemError)) return [];
  return (error.problem.errors ?? []).flatMap(({ pointer, detail }) =>
    pointer.startsWith('/payload') ? [{ pointer: pointer.slice('/payload'.length), detail }] : [],
  );
}
