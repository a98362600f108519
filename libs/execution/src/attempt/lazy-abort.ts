/** An `AbortController` that is made when somebody asks for its signal: most attempts end before anyone does. */
export class LazyAbort {
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  /** Called when it happens, before the signal says so. */
  whenHappening = (): void => undefined;

  /** Always the same one; aborted already where that has happened. */
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
