import { copyOfProgress, type ProgressReports } from '@jobstream/execution/in-memory';

/** Keeps every progress value, where a worker sends the newest from time to time. */
export class KeptProgress implements ProgressReports {
  private ended = false;

  constructor(private readonly kept: unknown[]) {}

  report(progress: unknown): void {
    if (!this.ended) this.kept.push(copyOfProgress(progress));
  }

  end(): void {
    this.ended = true;
  }
}
