import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { TopicTrouble } from './topic-troubles.js';

/** The metrics of a producer. */
export class ProducerMetrics {
  private readonly requests: Histogram;
  private readonly records: Counter<'outcome'>;

  constructor(registry: Registry, troubles: () => readonly TopicTrouble[]) {
    const registers = [registry];
    this.requests = new Histogram({
      name: 'jobstream_produce_request_duration_seconds',
      help: 'From a produce request to the answer of the in-sync replicas.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    this.records = new Counter({
      name: 'jobstream_produced_records_total',
      help: 'Records given to the producer, by whether the log has them: acknowledged, or failed.',
      labelNames: ['outcome'],
      registers,
    });
    new Gauge({
      name: 'jobstream_refused_topics',
      help: 'Topics that take no records of this process, in whole or in one partition, by the error; none where all do.',
      labelNames: ['topic', 'error'],
      registers,
      collect() {
        this.reset();
        for (const { topic, error } of troubles()) this.set({ topic, error }, 1);
      },
    });
  }

  observeRequest(seconds: number): void {
    this.requests.observe(seconds);
  }

  countRecords(outcome: 'acknowledged' | 'failed', count: number): void {
    if (count > 0) this.records.inc({ outcome }, count);
  }
}
