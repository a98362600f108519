import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, VNode } from 'preact';

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** It was closed, by Escape too. */
  onClose(this: void): void;
}

/** The browser's own dialog, open as long as it is rendered. */
export function Dialog({ title, children, onClose }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is handled: what is typed at once goes into it.
  useLayoutEffect(() => {
    dialog.current!.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
