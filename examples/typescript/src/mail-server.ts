/** The mail server refused a letter for now. */
export class GreylistedError extends Error {
  readonly code = 'greylisted';
}

/** A mail server that refuses letters of senders whom it does not know yet, as many do, and takes them when they come again. */
export class MailServer {
  readonly taken: string[] = [];

  /**
   * @param attempt which try to deliver the letter this is, from 1
   * @throws GreylistedError on the first attempt
   */
  async deliver(letter: string, attempt: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (attempt === 1) throw new GreylistedError('Come again later.');
    this.taken.push(letter);
  }
}
