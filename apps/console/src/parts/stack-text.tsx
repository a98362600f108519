import type { VNode } from 'preact';

/** Where an error was thrown, folded. It is text, whatever is in it. */
export function StackText({ stack }: { readonly stack: string }): VNode {
  return (
    <details>
      <summary>Stack</summary>
      <pre tabIndex={0} role="region" aria-label="Stack">
        {stack}
      </pre>
    </details>
  );
}
