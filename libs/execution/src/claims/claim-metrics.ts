import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * What requests for claims met. `taken`: the attempt may start; `taken_over`: it may, after an owner died or froze in it;
 * `waited`: someone else held it, or Postgres was away; `ended`: it had an outcome, produced again; `passed`: it was over;
 * `lost`: held, then not renewed in time, so that the attempt was stopped.
 */
export type ClaimCount = 'taken' | 'taken_over' | 'waited' | 'ended' | 'passed' | 'lost';

/** The series of claims. */
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
