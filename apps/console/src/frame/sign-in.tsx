import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { FailureNotice } from '../parts/action-dialog.js';
import { signIn } from '../server/caller.js';
import { failureOf, type Failure } from '../server/failure.js';

/** Asks for an API key. What the page shows stays behind it. */
export function SignIn(): VNode {
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current!.showModal();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await signIn(key.trim());
    } catch (error) {
      const found = failureOf(error);
      setFailure(
        found.code === 'unauthenticated'
          ? { ...found, text: 'This key is not valid: it is mistyped, has expired or was revoked.' }
          : found,
      );
    }
  };
  return (
    <dialog ref={dialog} aria-label="Sign in" onCancel={(event) => event.preventDefault()}>
      <h2>Sign in</h2>
      <form onSubmit={(event) => void submit(event)}>
        <p>
          The session is over, or there is none yet. It lasts as long as its key, or until the browser closes.
        </p>
        {!isSecureContext && (
          <p class="notice" role="status">
            This page came without TLS, so the browser keeps no session. Open it by HTTPS, or on the machine
            itself as localhost.
          </p>
        )}
        <label>
          API key
          <input
            type="password"
            value={key}
            required
            autocomplete="current-password"
            placeholder="jsk_…"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        {failure && <FailureNotice of={failure} />}
        <p class="actions">
          <button type="submit" class="primary">
            Sign in
          </button>
        </p>
        <p class="muted">
          A key is made by <code>npm run api-key -- --name me --scopes operate</code>.
        </p>
      </form>
    </dialog>
  );
}
