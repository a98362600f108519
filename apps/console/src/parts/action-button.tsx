import type { ComponentChildren, VNode } from 'preact';
import type { Scope } from '@jobstream/contracts/rest';
import { isPast } from '../place/past.js';
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

/**
 * A button for whoever may do it. Everyone else sees the scope that it needs, and the server refuses all the same. In the past nobody may.
 */
export function ActionButton({ scope, children, isDanger, letter, onClick }: ActionButtonProps): VNode {
  const needs = isPast.value ? 'the present' : caller.value && !may(scope) ? scope : undefined;
  return (
    <button
      type="button"
      class={isDanger ? 'danger' : undefined}
      disabled={needs !== undefined}
      aria-keyshortcuts={letter}
      onClick={onClick}
    >
      {children}
      {letter !== undefined && needs === undefined && <kbd aria-hidden="true">{letter}</kbd>}
      {needs !== undefined && <span class="needs"> needs {needs}</span>}
    </button>
  );
}
