import type { FlowState } from '@jobstream/contracts/rest';
import { Counter, type Registry } from 'prom-client';

const known = new WeakMap<Registry, FlowMetrics>();

/** The counters of flows. Each process has one set. */
export class FlowMetrics {
  private readonly made: Counter;
  private readonly ended: Counter<'outcome'>;
  private readonly released: Counter;

  private constructor(registry: Registry) {
    const registers = [registry];
    this.made = new Counter({ name: 'jobstream_flows_made_total', help: 'Flows that were made.', registers });
    this.ended = new Counter({
      name: 'jobstream_flows_ended_total',
      help: 'Flows that ended, by how. A flow that is replayed ends once more.',
      labelNames: ['outcome'],
      registers,
    });
    this.released = new Counter({
      name: 'jobstream_flow_jobs_released_total',
      help: 'Jobs of flows that were put into their queues.',
      registers,
    });
  }

  /** The counters of a process. */
  static of(registry: Registry): FlowMetrics {
    const metrics = known.get(registry) ?? new FlowMetrics(registry);
    known.set(registry, metrics);
    return metrics;
  }

  countMade(): void {
    this.made.inc();
  }

  /** @param states of flows that have ended */
  countEnded(states: readonly FlowState[]): void {
    for (const outcome of states) this.ended.inc({ outcome });
  }

  countReleased(count: number): void {
    this.released.inc(count);
  }
}
