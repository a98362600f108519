import type { z } from 'zod';
import { escapeStep } from '../../json/pointer.js';
import type { Fault } from './fault.js';

/** Faults of one request that an answer lists at most; when there are more, the last one says how many. */
export const maxFaults = 100;

/** Longer pointers and details would let a request choose how large its answer is. */
const maxPointerLength = 1_000;
const maxDetailLength = 500;

/** The faults that a schema found; `at` is the JSON Pointer of the value that it checked. Each unknown field is one fault. */
export function faultsOf(error: z.ZodError, at = ''): Fault[] {
  const faults = new FaultList();
  for (const { path, message, ...issue } of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) faults.add(at, [...path, key], 'There is no such field.');
    } else faults.add(at, path, message);
  }
  return faults.read();
}

/** Collects faults: keeps the first ones and counts the rest. */
export class FaultList {
  private readonly faults: Fault[] = [];
  private left = 0;

  /** Faults that are still kept; later ones are only counted. */
  get room(): number {
    return maxFaults - this.faults.length;
  }

  /** @param path below `at`, a JSON Pointer. Where the pointer would be too long, it points at an outer value */
  add(at: string, path: readonly PropertyKey[], detail: string): void {
    if (this.room === 0) this.left += 1;
    else this.faults.push({ pointer: extend(at, path), detail: cut(detail) });
  }

  /** Adds the faults of the value at `at`, read from another list. */
  addAll(at: string, faults: readonly Fault[]): void {
    for (const { pointer, detail } of faults) {
      if (this.room === 0) this.left += 1;
      else this.faults.push({ pointer: at + pointer, detail });
    }
  }

  /** The faults, at most {@link maxFaults}. */
  read(): Fault[] {
    if (this.left === 0) return this.faults;
    const rest = { pointer: '', detail: `There are ${this.left + 1} more faults, which are left out.` };
    return [...this.faults.slice(0, maxFaults - 1), rest];
  }
}

/** A JSON Pointer (RFC 6901). */
function extend(at: string, path: readonly PropertyKey[]): string {
  let pointer = at;
  for (const step of path) {
    const longer = `${pointer}/${escapeStep(String(step))}`;
    if (longer.length > maxPointerLength) return pointer;
    pointer = longer;
  }
  return pointer;
}

function cut(detail: string): string {
  if (detail.length <= maxDetailLength) return detail;
  return `${detail.slice(0, maxDetailLength).replace(/[\ud800-\udbff]$/, '')}…`;
}
