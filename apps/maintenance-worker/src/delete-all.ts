/**
 * Deletes batch by batch until a batch is empty.
 * @param deleteSome deletes one batch; returns how many it deleted
 * @returns how many all batches deleted
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
