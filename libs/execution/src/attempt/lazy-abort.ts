/** An `AbortController` that is created when its signal is asked for: most attempts end before that. */
export class LazyAbort {
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  /** Called when it aborts, before the signal does. */
  whenHappening = (): void => undefined;

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

  /** Only the first reason counts. */
  abort(reason: Error): void {
    if (this.reason === undefined) this.whenHappening();
    this.reason ??= reason;
    this.controller?.abort(this.reason);
  }
}
