/**
 * Deletes batch by batch until there is nothing left to delete; answers how many in all.
 * @param deleteSome answers how many
 * @throws the signal's reason, between two batches
 */
export async function deleteAll(deleteSome: () => Promise<number>, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (let deleted = -1; deleted !== 0; total += deleted) {
    signal.throwIfAborted();
    deleted = await deleteSome();
  }
  return total;
}
