import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  keymap,
  lineNumbers,
  WidgetType,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { rangeOf, type PlacedFault } from './json-place.js';

/** What an editor shows, and whom it tells of changes. */
export interface MergeEditorOptions {
  /** What it is called by those who do not see it. */
  readonly label: string;
  /** The text before it was edited: what differs from it is marked. */
  readonly before: string;
  readonly text: string;
  onChange(this: void, text: string): void;
}

/** An open editor. */
export interface MergeEditor {
  /** Shows these faults at their places, in place of those before. */
  showFaults(faults: readonly PlacedFault[]): void;
  close(): void;
}

/** How long the difference of two texts is looked for, before it is told in whole lines. */
const diffConfig = { scanLimit: 500, timeout: 100 };

/** Opens an editor within a shadow root: there its styles are sheets that scripts have made, which the policy of the page allows. */
export function openMergeEditor(root: ShadowRoot, options: MergeEditorOptions): MergeEditor {
  const view = new EditorView({ root, parent: root, state: stateOf(options) });
  return {
    showFaults: (faults) => view.dispatch({ effects: setFaults.of(faults) }),
    close: () => view.destroy(),
  };
}

function stateOf({ label, before, text, onChange }: MergeEditorOptions): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      json(),
      syntaxHighlighting(colours),
      unifiedMergeView({ original: before, mergeControls: false, gutter: true, diffConfig }),
      shownFaults,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true' }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) onChange(state.doc.toString());
      }),
      theme,
    ],
  });
}

const setFaults = StateEffect.define<readonly PlacedFault[]>();

const shownFaults: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (shown, { changes, effects, state }) => {
    for (const effect of effects) if (effect.is(setFaults)) return decorate(state, effect.value);
    return shown.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Each fault is a line below its place, and its value is underlined. */
function decorate(state: EditorState, faults: readonly PlacedFault[]): DecorationSet {
  const decorations = faults.flatMap((fault) => {
    const { from, to } = rangeOf(state, fault);
    const widget = Decoration.widget({ widget: new FaultLine(fault.detail), block: true, side: 1 });
    const line = state.doc.lineAt(from);
    const marked = to > from ? [faultMark.range(from, Math.min(to, line.to))] : [];
    return [...marked.filter((mark) => mark.to > mark.from), widget.range(line.to)];
  });
  return Decoration.set(decorations, true);
}

const faultMark = Decoration.mark({ class: 'cm-fault' });

class FaultLine extends WidgetType {
  constructor(private readonly detail: string) {
    super();
  }

  override eq(other: FaultLine): boolean {
    return other.detail === this.detail;
  }

  toDOM(): HTMLElement {
    const line = document.createElement('div');
    line.className = 'cm-fault-line';
    line.textContent = this.detail;
    return line;
  }
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--link)' },
  { tag: tags.string, color: 'var(--fine)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--busy)' },
  { tag: tags.invalid, color: 'var(--trouble)' },
]);

/** The colours of the page: its custom properties reach into the shadow root. */
const theme = EditorView.theme({
  '&': {
    color: 'var(--text)',
    backgroundColor: 'var(--ground)',
    border: '1px solid var(--field-line)',
    borderRadius: '4px',
    maxHeight: '24rem',
    fontSize: '0.9em',
  },
  '&.cm-focused': { outline: '2px solid var(--link)' },
  '.cm-scroller': { overflow: 'auto', fontFamily: 'ui-monospace, monospace' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--raised)', border: 'none' },
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine': {
    backgroundColor: 'color-mix(in srgb, var(--fine) 10%, transparent)',
  },
  '&.cm-merge-b .cm-changedText': {
    background: 'none',
    textDecoration: 'underline 2px var(--fine)',
  },
  '.cm-deletedChunk': {
    backgroundColor: 'color-mix(in srgb, var(--trouble) 8%, transparent)',
    paddingLeft: '6px',
  },
  '.cm-deletedChunk .cm-deletedText': { background: 'none', textDecoration: 'underline 2px var(--trouble)' },
  '.cm-fault': { textDecoration: 'underline wavy var(--trouble)' },
  '.cm-fault-line': { color: 'var(--trouble)', paddingLeft: '6px', fontFamily: 'system-ui, sans-serif' },
});
