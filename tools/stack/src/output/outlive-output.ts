/**
 * From now on nothing ends because its output can't be written: the reader has gone (`| head`, a closed terminal), or the disk
 * that it goes to is full. Work under way continues unseen.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
