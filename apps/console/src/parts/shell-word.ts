/** A text as one word of a command, to be pasted into a shell: nothing in it means anything there. */
export function writeShellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
