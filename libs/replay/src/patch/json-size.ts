/** How large a JSON value is. */
export interface JsonSize {
  /** Bytes of its text without whitespace; each member and each element counts with a comma. */
  readonly bytes: number;
  /** Levels of arrays and objects; 0 for a string, number, boolean or null. */
  readonly depth: number;
}

/**
 * Measures a JSON value. Stops at the bounds, so any value may be measured.
 * @returns undefined when the value has more bytes or nests deeper than the bounds
 */
export function measureJson(
  value: unknown,
  { bytes: maxBytes, depth: maxDepth }: JsonSize,
): JsonSize | undefined {
  let bytes = 0;
  let depth = 0;
  const visit = (part: unknown, level: number): boolean => {
    if (typeof part !== 'object' || part === null) {
      bytes += textBytes(part);
      return bytes <= maxBytes;
    }
    if (level === maxDepth) return false;
    depth = Math.max(depth, level + 1);
    bytes += 2;
    if (Array.isArray(part)) {
      bytes += part.length;
      return bytes <= maxBytes && part.every((element) => visit(element, level + 1));
    }
    for (const name in part) {
      bytes += memberBytes(name);
      if (!visit((part as Record<string, unknown>)[name], level + 1)) return false;
    }
    return bytes <= maxBytes;
  };
  return visit(value, 0) ? { bytes, depth } : undefined;
}

/** Bytes of a member beside its value: `"name":` and a comma. */
export function memberBytes(name: string): number {
  return textBytes(name) + 2;
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
