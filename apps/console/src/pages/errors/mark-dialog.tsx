import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import type { ErrorGroup } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { client } from '../../server/connection.js';
import { serverNow } from '../../server/server-clock.js';

const hourMs = 3_600_000;
/** How long a group can be muted; undefined for as long as nobody unmutes it. */
const spans: Readonly<Record<string, number | undefined>> = {
  'until it is unmuted': undefined,
  'for an hour': hourMs,
  'for a day': 24 * hourMs,
  'for a week': 7 * 24 * hourMs,
};
const maxNote = 2_000;

const texts = {
  mute: { title: 'Mute the error', verb: 'Mute it' },
  unmute: { title: 'Unmute the error', verb: 'Unmute it' },
  note: { title: 'Note on the error', verb: 'Keep it' },
} as const;

interface MarkDialogProps {
  readonly group: ErrorGroup;
  readonly mark: keyof typeof texts;
  onClose(this: void): void;
  onDone(this: void): void;
}

/** Mutes a group of errors, or takes a note of it. */
export function MarkDialog({ group, mark, onClose, onDone }: MarkDialogProps): VNode {
  const [note, setNote] = useState(group.note ?? '');
  const [span, setSpan] = useState(Object.keys(spans)[0]!);
  const act = async () => {
    const ms = spans[span];
    const muted = mark === 'mute' && (ms === undefined || new Date(serverNow.value + ms));
    await client.errors.mark(group.id, { ...(mark !== 'note' && { muted }), note: note.trim() || null });
    onDone();
  };
  return (
    <ActionDialog {...texts[mark]} onClose={onClose} act={act}>
      {mark === 'mute' && (
        <>
          <p>It is counted on. The overview does not show it.</p>
          <label>
            How long
            <select value={span} onChange={({ currentTarget: { value } }) => setSpan(value)}>
              {Object.keys(spans).map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </>
      )}
      <label>
        Note
        <textarea
          value={note}
          rows={3}
          maxLength={maxNote}
          onInput={({ currentTarget: { value } }) => setNote(value)}
        />
      </label>
    </ActionDialog>
  );
}
