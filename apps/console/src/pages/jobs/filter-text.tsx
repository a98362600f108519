import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { maxFilterLength, parseFilter, type FilterFault } from '@jobstream/contracts';
import { completionsOf, type Completion, type FilterNames } from './filter-completion.js';

interface FilterTextProps {
  readonly text: string;
  readonly names: FilterNames;
  onEnter(this: void, text: string): void;
}

const listId = 'filter-completions';
const faultId = 'fault-of-q';

/** The filter as one text. It offers what may come next, and says at which column it can not be read. */
export function FilterText({ text, names, onEnter }: FilterTextProps): VNode {
  const [typed, setTyped] = useState(text);
  const [offers, setOffers] = useState<readonly Completion[]>([]);
  const [active, setActive] = useState(-1);
  const [fault] = parseFilter(typed).faults;
  const offer = (next: readonly Completion[]) => {
    setOffers(next);
    setActive(-1);
  };
  const take = (input: HTMLInputElement, { text: taken, from }: Completion) => {
    const caret = input.selectionStart ?? typed.length;
    input.value = typed.slice(0, from) + taken + typed.slice(caret);
    input.setSelectionRange(from + taken.length, from + taken.length);
    setTyped(input.value);
    offer(completionsOf(input.value, from + taken.length, names));
  };
  const enter = () => {
    offer([]);
    if (typed.trim() !== text) onEnter(typed.trim());
  };
  const press = (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = offers[active];
    if (step !== undefined && offers.length > 0) {
      setActive((active + step + offers.length + (active < 0 && step < 0 ? 1 : 0)) % offers.length);
    } else if (event.key === 'Enter' && chosen) take(event.currentTarget, chosen);
    else if (event.key === 'Enter') enter();
    else if (event.key === 'Escape' && offers.length > 0) offer([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="completed">
      <label>
        Filter
        <input
          value={typed}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={offers.length > 0}
          aria-controls={listId}
          aria-activedescendant={active < 0 ? undefined : `${listId}-${active}`}
          aria-invalid={fault !== undefined}
          aria-describedby={fault && faultId}
          autocomplete="off"
          spellcheck={false}
          placeholder="state:dead_lettered -queue:probe took:>30s"
          maxLength={maxFilterLength}
          onInput={({ currentTarget: { value, selectionStart } }) => {
            setTyped(value);
            offer(completionsOf(value, selectionStart ?? value.length, names));
          }}
          onKeyDown={press}
          onBlur={enter}
        />
        {fault && <FaultPlace text={typed} fault={fault} />}
      </label>
      <ul id={listId} role="listbox" aria-label="What may come next" hidden={offers.length === 0}>
        {offers.map((each, at) => (
          <li
            key={each.text}
            id={`${listId}-${at}`}
            role="option"
            aria-selected={at === active}
            onMouseDown={(event) => {
              // The field keeps the focus.
              event.preventDefault();
              take(document.querySelector<HTMLInputElement>(`[aria-controls=${listId}]`)!, each);
            }}
          >
            {each.text} <span class="muted">{each.means}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Characters that are shown on each side of a fault. */
const around = 24;

/** The fault, and the text about its column. */
function FaultPlace({ text, fault }: { readonly text: string; readonly fault: FilterFault }): VNode {
  const at = fault.column - 1;
  return (
    <span class="fault" id={faultId}>
      Column {fault.column}: {fault.detail}{' '}
      <code>
        {text.slice(Math.max(at - around, 0), at)}
        <mark>{text[at] ?? '␣'}</mark>
        {text.slice(at + 1, at + 1 + around)}
      </code>
    </span>
  );
}
