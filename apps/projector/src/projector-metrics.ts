import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CommittedRows } from '@jobstream/projection';
import type { HeardClock } from '@jobstream/runtime';
import type { WrittenBatch } from '@jobstream/sink';
import { UniqueKeyMetrics } from '@jobstream/unique-keys';

/** How {@link ProjectorMetrics} learns what it shows. */
export interface ProjectorMetricsOptions {
  /** Records that the log has and the rows do not. */
  lag(): number;
  /** The broker's time. */
  readonly clock: HeardClock;
}

/** The series of a projector. */
export class ProjectorMetrics {
  private readonly records: Counter;
  private readonly jobs: Counter;
  private readonly seconds: Histogram;
  private readonly keys: UniqueKeyMetrics;
  /** Append time of the newest record written, in milliseconds since 1970. */
  private newestAt: number | undefined;
  /** When the rows were last seen to be complete, in milliseconds since 1970. */
  private completeAt: number | undefined;

  constructor(
    registry: Registry,
    private readonly options: ProjectorMetricsOptions,
  ) {
    const lag = () => options.lag();
    const registers = [registry];
    this.keys = UniqueKeyMetrics.of(registry);
    this.records = new Counter({
      name: 'jobstream_projected_records_total',
      help: 'Records written into the projection.',
      registers,
    });
    this.jobs = new Counter({
      name: 'jobstream_projected_rows_total',
      help: 'Job rows written, a job once a transaction.',
      registers,
    });
    this.seconds = new Histogram({
      name: 'jobstream_projection_transaction_duration_seconds',
      help: 'How long the transactions took that write records.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    new Gauge({
      name: 'jobstream_projection_lag_records',
      help: 'Records in the log that are not in the projection yet, of the partitions this process holds.',
      registers,
      collect() {
        this.set(lag());
      },
    });
    const secondsBehind = () => this.secondsBehind();
    new Gauge({
      name: 'jobstream_projection_lag_seconds',
      help: 'How far the rows are behind the log in time; 0 where they have all of it.',
      registers,
      collect() {
        const seconds = secondsBehind();
        if (seconds !== undefined) this.set(seconds);
      },
    });
  }

  /**
   * The age of the newest record written. After an idle time that record is old, so the age counts from when the rows were
   * last complete. Undefined before the broker has told its time.
   */
  private secondsBehind(): number | undefined {
    const { clock, lag } = this.options;
    if (!clock.isKnown) return undefined;
    const now = clock.now();
    this.completeAt ??= now;
    if (lag() === 0) this.completeAt = now;
    return Math.max(0, now - Math.max(this.completeAt, this.newestAt ?? 0)) / 1_000;
  }

  count({ records, written, seconds }: WrittenBatch<CommittedRows>): void {
    let newestAt = 0;
    for (const { outcome } of written.folds.values()) newestAt = Math.max(newestAt, outcome.appendedAt);
    if (newestAt > 0) this.newestAt = newestAt;
    this.records.inc(records);
    this.jobs.inc(written.folds.size);
    this.keys.countFreed('ended', written.freedKeys);
    this.seconds.observe(seconds);
  }
}
