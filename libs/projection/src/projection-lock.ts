/**
 * The advisory lock of a projection (named by its schema, quoted): shared by every transaction that writes rows, taken
 * exclusively by a rebuild that puts another generation in its place.
 */
export function projectionLock(schema: string): string {
  return `jobstream projection ${schema}`;
}
