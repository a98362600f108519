import { Counter, Histogram, type Registry } from 'prom-client';

/** The metrics of a scheduler. */
export class SchedulingMetrics {
  private readonly firings: Counter<'decision'>;
  private readonly received: Counter<'kind'>;
  private readonly lateness: Histogram;

  constructor(registry: Registry) {
    this.firings = new Counter({
      name: 'jobstream_schedule_occurrences_total',
      help: 'Occurrences of schedules by what became of them.',
      labelNames: ['decision'],
      registers: [registry],
    });
    this.received = new Counter({
      name: 'jobstream_delayed_records_total',
      help: 'Records read from the topic of delayed jobs: held for their time, or unreadable.',
      labelNames: ['kind'],
      registers: [registry],
    });
    this.lateness = new Histogram({
      name: 'jobstream_delayed_job_lateness_seconds',
      help: 'From the time a delayed job was due to the acknowledgement of its request.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers: [registry],
    });
  }

  countFiring(decision: 'fired' | 'skipped' | 'missed' | 'refused'): void {
    this.firings.inc({ decision });
  }

  countReceived(kind: 'held' | 'unreadable', count: number): void {
    this.received.inc({ kind }, count);
  }

  observeLateness(seconds: number): void {
    this.lateness.observe(seconds);
  }
}
