import type { ComponentChildren, VNode } from 'preact';
import type { Scope } from '@jobstream/contracts/rest';
import { caller, may } from '../server/caller.js';

export interface ActionButtonProps {
  /** The scope that the action needs. */
  readonly scope: Scope;
  readonly children: ComponentChildren;
  readonly isDanger?: boolean;
  /** The letter that does the same. */
  readonly letter?: string;
  onClick(this: void): void;
}

/** A button for whoever may do it. Everyone else sees the scope that it needs, and the server refuses all the same. */
export function ActionButton({ scope, children, isDanger, letter, onClick }: ActionButtonProps): VNode {
  const isAllowed = caller.value === undefined || may(scope);
  return (
    <button
      type="button"
      class={isDanger ? 'danger' : undefined}
      disabled={!isAllowed}
      aria-keyshortcuts={letter}
      onClick={onClick}
    >
      {children}
      {letter !== undefined && isAllowed && <kbd aria-hidden="true">{letter}</kbd>}
      {!isAllowed && <span class="needs"> needs {scope}</span>}
    </button>
  );
}
