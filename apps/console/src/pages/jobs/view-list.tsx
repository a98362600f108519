import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { hrefOf } from '../../place/place.js';
import type { JobFilter } from './job-filter.js';
import { isShown, maxNameLength, readViews, withView, writeViews, type SavedView } from './saved-views.js';

const keptAs = 'jobstream-views';

const views = signal(readViews(localStorage.getItem(keptAs)));

function keep(changed: readonly SavedView[]): void {
  views.value = changed;
  localStorage.setItem(keptAs, writeViews(changed));
}

interface ViewListProps {
  /** What is shown now. */
  readonly filter: JobFilter;
  readonly columns: string | undefined;
}

/** Filters under names, kept in this browser. */
export function ViewList({ filter, columns }: ViewListProps): VNode {
  const shown = views.value.find((view) => isShown(view, filter, columns));
  return (
    <section aria-label="Saved views">
      <ul class="chips">
        {views.value.map((view) => (
          <li key={view.name}>
            <a
              href={hrefOf('jobs', undefined, { ...view.filter, columns: view.columns })}
              aria-current={view === shown ? 'true' : undefined}
            >
              {view.name}
            </a>
          </li>
        ))}
      </ul>
      <details>
        <summary>Change the saved views</summary>
        <SaveForm filter={filter} columns={columns} />
        <p class="actions">
          {shown && (
            <button type="button" onClick={() => keep(views.value.filter((view) => view !== shown))}>
              Forget “{shown.name}”
            </button>
          )}
          <button
            type="button"
            onClick={() => {
              localStorage.removeItem(keptAs);
              views.value = readViews(null);
            }}
          >
            Views as they ship
          </button>
        </p>
      </details>
    </section>
  );
}

function SaveForm({ filter, columns }: ViewListProps): VNode {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name === '') return;
        keep(withView(views.value, { name, filter, columns }));
        setTyped('');
      }}
    >
      <label>
        Save what is shown as
        <input
          value={typed}
          maxLength={maxNameLength}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button disabled={name === ''}>Save the view</button>
    </form>
  );
}
