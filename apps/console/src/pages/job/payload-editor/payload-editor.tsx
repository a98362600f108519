import { useEffect, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { JsonField } from '../../../parts/json-field.js';
import type { PlacedFault } from './json-place.js';
import type { MergeEditor } from './merge-editor.js';

interface PayloadEditorProps {
  /** The text before it was edited. */
  readonly before: string;
  readonly text: string;
  readonly faults: readonly PlacedFault[];
  onChange(this: void, text: string): void;
}

/** Edits a payload beside what it was. Where the editor cannot be loaded, it is a plain field. */
export function PayloadEditor({ before, text, faults, onChange }: PayloadEditorProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<MergeEditor | 'none' | undefined>(undefined);
  useEffect(() => {
    let opened: MergeEditor | undefined;
    let isGone = false;
    const root = host.current!.attachShadow({ mode: 'open' });
    import('./merge-editor.js')
      .then(({ openMergeEditor }) => {
        if (isGone) return;
        opened = openMergeEditor(root, { label: 'Payload', before, text, onChange });
        setEditor(opened);
      })
      // A new version of the console has other files.
      .catch(() => setEditor('none'));
    return () => {
      isGone = true;
      opened?.close();
    };
  }, []);
  const shown = JSON.stringify(faults);
  useEffect(() => {
    if (editor !== undefined && editor !== 'none') editor.showFaults(faults);
  }, [editor, shown, text]);
  if (editor === 'none') return <JsonField label="Payload" text={text} onChange={onChange} />;
  return (
    <>
      {editor === undefined && <p role="status">Loading the editor…</p>}
      <div ref={host} class="editor" />
    </>
  );
}
