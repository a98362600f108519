import { Gauge, type Registry } from 'prom-client';
import type { QueueView } from '@jobstream/contracts/rest';
import { inTime } from '@jobstream/runtime';
import type { QueueViews } from './queue-views.js';

/** A scrape waits no longer than this for the broker. */
const maxWaitMs = 2_000;

/** The metrics of queues, read from the broker at each scrape. While it cannot be reached the series are absent, not zero. */
export class QueueMetrics {
  private asked: Promise<readonly QueueView[]> | undefined;

  constructor(
    registry: Registry,
    private readonly views: QueueViews,
  ) {
    const add = (name: string, help: string, value: (queue: QueueView) => number) =>
      this.addGauge(registry, { name, help, labels: ['queue'] }, (gauge, queue) =>
        gauge.set({ queue: queue.queue }, value(queue)),
      );
    add(
      'jobstream_queue_oldest_waiting_seconds',
      'Age of the oldest request that is not finished, to about 5 %; 0 where none waits.',
      ({ oldestWaitingSeconds }) => oldestWaitingSeconds ?? 0,
    );
    add(
      'jobstream_queue_dead_letters',
      'Records in the dead-letter topic.',
      ({ deadLetters }) => deadLetters,
    );
    add('jobstream_queue_workers', 'Worker processes.', ({ workers }) => workers);
    add('jobstream_queue_paused', '1 while its workers are told to start nothing, else 0.', ({ paused }) =>
      Number(paused),
    );
    this.addGauge(
      registry,
      {
        name: 'jobstream_queue_lag_records',
        help: 'Records that the group of a queue’s workers has not finished, by lane.',
        labels: ['queue', 'lane'],
      },
      (gauge, { queue, lanes }) => {
        for (const { lane, lag } of lanes) gauge.set({ queue, lane }, lag);
      },
    );
  }

  private addGauge<Label extends string>(
    registry: Registry,
    { name, help, labels }: { name: string; help: string; labels: readonly Label[] },
    set: (gauge: Gauge<Label>, queue: QueueView) => void,
  ): void {
    const ask = () => this.ask();
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        const queues = await ask();
        this.reset();
        for (const queue of queues) set(this, queue);
      },
    });
  }

  /** One answer for all series of a scrape; empty while the broker cannot be reached. */
  private ask(): Promise<readonly QueueView[]> {
    this.asked ??= this.list().finally(() => (this.asked = undefined));
    return this.asked;
  }

  private async list(): Promise<readonly QueueView[]> {
    const asked = this.views.list().catch(() => []);
    return (await inTime(asked, maxWaitMs)) ?? [];
  }
}
