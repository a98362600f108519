import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { scopes, type CreatedApiKey, type Scope } from '@jobstream/contracts/rest';
import { ActionDialog } from '../../parts/action-dialog.js';
import { CopyButton } from '../../parts/json-text.js';
import { Dialog } from '../../parts/dialog.js';
import { client } from '../../server/connection.js';

/** Makes an API key, and shows it once. */
export function KeyDialog({ onClose }: { onClose(this: void): void }): VNode {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly Scope[]>(['read']);
  const [expiresIn, setExpiresIn] = useState('90d');
  const [made, setMade] = useState<CreatedApiKey | undefined>(undefined);
  if (made)
    return (
      <Dialog title="The key" onClose={onClose}>
        <p>
          It is shown only now, and stored nowhere: <code>{made.key}</code>
        </p>
        <form method="dialog" class="actions">
          <CopyButton text={made.key}>Copy</CopyButton>
          <button>Close</button>
        </form>
      </Dialog>
    );
  return (
    <ActionDialog
      title="Make a key"
      verb="Make it"
      isBlocked={name.trim() === '' || chosen.length === 0}
      onClose={onClose}
      onDone={() => undefined}
      act={async () => {
        const wish = { name: name.trim(), scopes: [...chosen] };
        setMade(
          await client.access.createKey({
            ...wish,
            ...(expiresIn.trim() !== '' && { expiresIn: expiresIn.trim() }),
          }),
        );
      }}
    >
      <label>
        What it is for
        <input
          value={name}
          required
          maxLength={100}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>What it may do</legend>
        {scopes.map((scope) => (
          <label key={scope} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={({ currentTarget: { checked } }) =>
                setChosen(checked ? [...chosen, scope] : chosen.filter((each) => each !== scope))
              }
            />
            {scope}
          </label>
        ))}
      </fieldset>
      <label>
        How long it is valid (empty: until it is revoked)
        <input
          value={expiresIn}
          placeholder="90d"
          onInput={(event) => setExpiresIn(event.currentTarget.value)}
        />
      </label>
    </ActionDialog>
  );
}
