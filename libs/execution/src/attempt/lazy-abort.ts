/** An `AbortController` that is created when its signal is asked for: most attempts end before that. */
export class LazyAbort {
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  /** Called when it aborts, before the signal does. */
  whenHappening = (): void => undefined;
  /** Called when the attempt has failed outside its handler's call, before the signal aborts. */
  whenFailing: (error: unknown) => void = () => undefined;

  /** Always the same signal, aborted already if that has happened. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  get hasHappened(): boolean {
    return this.reason !== undefined;
  }

  /** The attempt has failed, though its handler goes on: it ends by this error, and the signal aborts. */
  fail(error: unknown): void {
    this.whenFailing(error);
    this.whenHappening = () => undefined;
    this.abort(new DOMException('The attempt has failed.', 'AbortError'));
  }

  /** Only the first reason counts. */
  abort(reason: Error): void {
    if (this.reason === undefined) this.whenHappening();
    this.reason ??= reason;
    this.controller?.abort(this.reason);
  }
}
