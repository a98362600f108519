import { useState } from 'preact/hooks';
import type { ComponentChildren, VNode } from 'preact';
import { writeCount } from '../numbers/count.js';
import { failureOf, type Failure } from '../server/failure.js';
import { Dialog } from './dialog.js';

/** Above so many jobs their number has to be typed. */
const typedAbove = 100;

export interface ActionDialogProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** What the button that does it says. */
  readonly verb: string;
  /** How many jobs it changes; undefined where it is no matter of jobs, or while they are counted. */
  readonly count?: number;
  /** Whether it can not be done yet: it is counted, or its form has faults. */
  readonly isBlocked?: boolean;
  /** Whether a reason has to be given. Default false. */
  readonly asksWhy?: boolean;
  readonly isDanger?: boolean;
  /** It was left, or it was done and there is no `onDone`. */
  onClose(this: void): void;
  onDone?(this: void): void;
  /** Does it. What it throws is shown, and the dialog stays. */
  act(this: void, why: string): Promise<unknown>;
}

/** Asks before something is done: how many jobs it changes, why, and above a hundred their number. */
export function ActionDialog(props: ActionDialogProps): VNode {
  const {
    title,
    children,
    verb,
    count,
    isBlocked = false,
    asksWhy = false,
    isDanger,
    onClose,
    onDone,
    act,
  } = props;
  const [why, setWhy] = useState('');
  const [typed, setTyped] = useState('');
  const [isActing, setActing] = useState(false);
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const isTyped = count === undefined || count <= typedAbove || typed.replaceAll(',', '') === String(count);
  const isReady = !isBlocked && !isActing && isTyped && count !== 0 && (!asksWhy || why.trim() !== '');
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    setActing(true);
    try {
      await act(why.trim());
      (onDone ?? onClose)();
    } catch (error) {
      setFailure(failureOf(error));
      setActing(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        {asksWhy && (
          <label>
            Why (it stays with the action)
            <input
              value={why}
              required
              maxLength={500}
              onInput={(event) => setWhy(event.currentTarget.value)}
            />
          </label>
        )}
        {count !== undefined && count > typedAbove && (
          <label>
            Type {writeCount(count)} to go on
            <input
              value={typed}
              inputMode="numeric"
              autocomplete="off"
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        )}
        {failure && <FailureNotice of={failure} />}
        <p class="actions">
          <button type="submit" class={isDanger ? 'danger' : 'primary'} disabled={!isReady}>
            {isActing ? `${verb}…` : verb}
          </button>
          <button type="button" onClick={onClose}>
            Leave it
          </button>
        </p>
      </form>
    </Dialog>
  );
}

/** A failure with each of its faults. */
export function FailureNotice({ of: { text, code, faults } }: { readonly of: Failure }): VNode {
  return (
    <div class="notice" role="alert">
      <p>
        <strong>{text}</strong> <code>{code}</code>
      </p>
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
