import { unescapeStep } from '@jobstream/contracts';
import { ensureSyntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';

/** A fault of a JSON text, and the value that it is of. */
export interface PlacedFault {
  /** A JSON Pointer; undefined for the text itself, which is no JSON. */
  readonly pointer?: string | undefined;
  readonly detail: string;
}

/** A stretch of the text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

const maxParseMs = 200;

/** Where a fault stands: the value that its pointer names or, where that is not there, the one that it would be in. */
export function rangeOf(state: EditorState, { pointer }: PlacedFault): TextRange {
  const top = ensureSyntaxTree(state, state.doc.length, maxParseMs)?.topNode;
  const nothing = { from: 0, to: 0 };
  if (!top) return nothing;
  if (pointer === undefined) return firstError(top) ?? { from: state.doc.length, to: state.doc.length };
  const steps = pointer.split('/').slice(1).map(unescapeStep);
  let found = top.firstChild;
  for (const step of steps) {
    const next = found && childOf(state, found, step);
    if (!next) break;
    found = next;
  }
  return found ? { from: found.from, to: found.to } : nothing;
}

/** The first place at which the text is no JSON. */
function firstError(top: SyntaxNode): TextRange | undefined {
  const cursor = top.cursor();
  do if (cursor.type.isError) return { from: cursor.from, to: cursor.to };
  while (cursor.next());
  return undefined;
}

function childOf(state: EditorState, node: SyntaxNode, step: string): SyntaxNode | undefined {
  if (node.name === 'Array') return valuesOf(node)[Number(step)];
  const property = node
    .getChildren('Property')
    .findLast((each) => nameOf(state, each.getChild('PropertyName')) === step);
  return property?.lastChild ?? undefined;
}

function nameOf(state: EditorState, name: SyntaxNode | null): string | undefined {
  if (!name) return undefined;
  try {
    return JSON.parse(state.sliceDoc(name.from, name.to)) as string;
  } catch {
    return undefined;
  }
}

const marks = new Set(['[', ']', ',', '⚠']);

function valuesOf(array: SyntaxNode): SyntaxNode[] {
  const values: SyntaxNode[] = [];
  for (let child = array.firstChild; child; child = child.nextSibling)
    if (!marks.has(child.name)) values.push(child);
  return values;
}
