import type { VNode } from 'preact';
import { pageKeys, pageLetters } from '../keys/keyboard.js';
import { Dialog } from '../parts/dialog.js';
import { pageList } from './page-list.js';

const everywhere = [
  ['/', 'to the filter'],
  ['Ctrl K', 'go to a page, a queue, a type, a topic, a job or a time'],
  ['j, k', 'to the next row, to the one before'],
  ['Enter', 'opens the row'],
  ['?', 'this help'],
] as const;

/** What the keys do, here and everywhere. */
export function KeyHelp({ onClose }: { onClose(this: void): void }): VNode {
  const ofPage = Object.entries(pageKeys.value).map(([letter, { text }]) => [letter, text] as const);
  const toPages = Object.entries(pageLetters).map(
    ([letter, page]) => [`g ${letter}`, pageList.find(({ name }) => name === page)!.title] as const,
  );
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="columns">
        {[
          ['Here', ofPage],
          ['Everywhere', everywhere],
          ['To a page', toPages],
        ].map(([title, keys]) => (
          <section key={title as string}>
            <h3>{title as string}</h3>
            {keys!.length === 0 && <p class="muted">No key of its own.</p>}
            <dl class="facts">
              {(keys as readonly (readonly [string, string])[]).map(([letter, text]) => (
                <div key={letter}>
                  <dt>
                    <kbd>{letter}</kbd>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <form method="dialog">
        <button>Close</button>
      </form>
    </Dialog>
  );
}
