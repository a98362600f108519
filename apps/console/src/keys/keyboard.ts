import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { isPast } from '../place/past.js';
import { go, hrefOf } from '../place/place.js';

/** What a key of a page does, and how the help calls it. */
export interface PageKey {
  readonly text: string;
  run(this: void): void;
}

/** Pages by the letter that follows `g`. */
export const pageLetters: Readonly<Record<string, string>> = {
  o: '',
  j: 'jobs',
  d: 'dead-letters',
  e: 'errors',
  q: 'queues',
  p: 'workers',
  s: 'schedules',
  r: 'replays',
  a: 'actions',
  f: 'flows',
  t: 'test',
  l: 'topics',
  y: 'types',
  w: 'webhooks',
  b: 'rebuilds',
  k: 'access',
  m: 'mail',
  h: 'health',
};

/** The keys of the page that is shown, by letter. */
export const pageKeys = signal<Readonly<Record<string, PageKey>>>({});
/** Which of the dialogs that a key opens is open. */
export const openedByKey = signal<'help' | 'go-to' | undefined>(undefined);

/** Milliseconds in which a letter has to follow `g`. */
const chordMs = 1_500;

/** The keys of a page while it is shown. The past has none: they act. */
export function usePageKeys(keys: Readonly<Record<string, PageKey>>): void {
  useEffect(() => {
    const kept = isPast.value ? {} : keys;
    pageKeys.value = kept;
    return () => {
      if (pageKeys.value === kept) pageKeys.value = {};
    };
  });
}

/** Follows the keys of the whole console. */
export function followKeys(): void {
  let goneAt = -Infinity;
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'k') {
      event.preventDefault();
      openedByKey.value = 'go-to';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const isAfterG = performance.now() - goneAt < chordMs;
    goneAt = !isAfterG && key === 'g' ? performance.now() : -Infinity;
    if (isAfterG && Object.hasOwn(pageLetters, key)) go(hrefOf(pageLetters[key]!));
    else if (key === '?') openedByKey.value = 'help';
    else if (key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
    else if (key === 'j' || key === 'k') moveInRows(key === 'j' ? 1 : -1);
    else if (!isAfterG && Object.hasOwn(pageKeys.value, key)) pageKeys.value[key]!.run();
    else return;
    event.preventDefault();
  });
}

/** Whether the key belongs to a field or a dialog, also one that is about to open. */
function isTaken({ target }: KeyboardEvent): boolean {
  if (openedByKey.value !== undefined || document.querySelector('dialog[open]')) return true;
  return (target as Element).matches('input, textarea, select, [contenteditable]');
}

/** Focuses the link of the next row, or of the one before. */
function moveInRows(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row] a')].filter(
    (link, at, all) => link.closest('[data-row]') !== all[at - 1]?.closest('[data-row]'),
  );
  const at = links.findIndex((link) => link.closest('[data-row]')!.contains(document.activeElement));
  links[at < 0 ? (step === 1 ? 0 : links.length - 1) : at + step]?.focus();
}
