import { useState } from 'preact/hooks';
import type { VNode } from 'preact';

/** Characters of a value that are shown before somebody asks for all of them. */
const shownCharacters = 20_000;

/** A value as JSON, to be read and copied. It is text, whatever is in it. */
export function JsonText({ value, label }: { readonly value: unknown; readonly label: string }): VNode {
  return <TextBox label={label} text={JSON.stringify(value, null, 2) ?? 'none'} />;
}

/** A long text, to be read and copied. */
export function TextBox({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > shownCharacters && !isWhole;
  return (
    <div class="json">
      <pre tabIndex={0} role="region" aria-label={label}>
        {isCut ? `${text.slice(0, shownCharacters)}…` : text}
      </pre>
      <p class="actions">
        <CopyButton text={text}>Copy</CopyButton>
        {isCut && (
          <button type="button" onClick={() => setWhole(true)}>
            Show all {text.length} characters
          </button>
        )}
      </p>
    </div>
  );
}

/** Copies a text, and says that it did. */
export function CopyButton({ text, children }: { readonly text: string; readonly children: string }): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {isCopied ? 'Copied' : children}
    </button>
  );
}
