/** How large a JSON value is. */
export interface JsonSize {
  /** Of its text without whitespace; each member and each element is counted with a comma. */
  readonly bytes: number;
  /** Arrays and objects in each other; 0 for a string, number, boolean or null. */
  readonly depth: number;
}

/**
 * Measures a JSON value. Looks no further than what is allowed, so it may be asked about any value.
 * @returns undefined where the value has more bytes or nests deeper
 */
export function measureJson(
  value: unknown,
  { bytes: mostBytes, depth: mostDepth }: JsonSize,
): JsonSize | undefined {
  let bytes = 0;
  let depth = 0;
  const visit = (part: unknown, level: number): boolean => {
    if (typeof part !== 'object' || part === null) {
      bytes += textBytes(part);
      return bytes <= mostBytes;
    }
    if (level === mostDepth) return false;
    depth = Math.max(depth, level + 1);
    bytes += 2;
    if (Array.isArray(part)) {
      bytes += part.length;
      return bytes <= mostBytes && part.every((element) => visit(element, level + 1));
    }
    for (const name in part) {
      bytes += memberBytes(name);
      if (!visit((part as Record<string, unknown>)[name], level + 1)) return false;
    }
    return bytes <= mostBytes;
  };
  return visit(value, 0) ? { bytes, depth } : undefined;
}

/** What a member takes beside its value: `"name":` and a comma. */
export function memberBytes(name: string): number {
  return textBytes(name) + 2;
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
