import type { VNode } from 'preact';
import { findInexactNumbers } from '@jobstream/contracts';

/** A JSON text as it was read: its value, or why it has none. */
export type ReadJson =
  | { readonly value: unknown }
  /** `pointer` names the value that is at fault; none where the text is no JSON. */
  | { readonly fault: string; readonly pointer?: string };

/** Reads a JSON text. A number that would become another one is a fault, not another number. */
export function readJson(text: string): ReadJson {
  try {
    const value: unknown = JSON.parse(text);
    const [inexact] = findInexactNumbers(text);
    return inexact ? { fault: `${inexact.pointer}: ${inexact.detail}`, pointer: inexact.pointer } : { value };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'This is not JSON.' };
  }
}

interface JsonFieldProps {
  readonly label: string;
  readonly text: string;
  onChange(this: void, text: string): void;
}

/** Edits JSON as text, and says at once what is wrong with it. */
export function JsonField({ label, text, onChange }: JsonFieldProps): VNode {
  const read = readJson(text);
  const fault = 'fault' in read ? read.fault : undefined;
  return (
    <label>
      {label}
      <textarea
        value={text}
        rows={Math.min(Math.max(text.split('\n').length + 1, 6), 24)}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={fault !== undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {fault !== undefined && (
        <span class="fault" role="status">
          {fault}
        </span>
      )}
    </label>
  );
}
