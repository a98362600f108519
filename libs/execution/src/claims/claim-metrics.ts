import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * What became of a request for a claim. `taken`: the attempt may start. `taken_over`: the same, after an owner died or froze in it.
 * `waited`: another owner held the claim, or Postgres was unreachable. `ended`: the attempt had an outcome, which is produced again.
 * `passed`: the attempt was over long ago. `lost`: the lease was not renewed in time, so the attempt was stopped.
 */
export type ClaimCount = 'taken' | 'taken_over' | 'waited' | 'ended' | 'passed' | 'lost';

/** The metrics of claims. */
export class ClaimMetrics {
  private readonly claims: Counter<'met'>;

  constructor(registry: Registry, load: { readonly held: () => number; readonly watched: () => number }) {
    const registers = [registry];
    this.claims = new Counter({
      name: 'jobstream_claims_total',
      help: 'Requests for the claims of jobs, by what they met.',
      labelNames: ['met'],
      registers,
    });
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('jobstream_claims_held', 'Claims that this process holds.', load.held);
    gauge('jobstream_claims_watched', 'Jobs that wait for their claim without a slot.', load.watched);
  }

  count(met: ClaimCount): void {
    this.claims.inc({ met });
  }
}
