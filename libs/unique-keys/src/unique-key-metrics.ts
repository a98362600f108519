import { Counter, type Registry } from 'prom-client';

/** What a submission met whose key another job held: see `decideKey`; `debounced` is a replacement by a debounce. */
export type KeyConflict = 'returned' | 'replaced' | 'debounced' | 'rejected';

/**
 * Why a key became free. `started`, `ended`: its job did. `unsent`: the log does not have its request. `cleaned_up`: its time was over,
 * or its job had ended before it was taken.
 */
export type KeyFreeing = 'started' | 'ended' | 'unsent' | 'cleaned_up';

const known = new WeakMap<Registry, UniqueKeyMetrics>();

/** The counters of unique keys. A process has parts that take keys and parts that free them: they share one set. */
export class UniqueKeyMetrics {
  private readonly taken: Counter;
  private readonly conflicts: Counter<'outcome'>;
  private readonly freed: Counter<'reason'>;

  private constructor(registry: Registry) {
    const registers = [registry];
    this.taken = new Counter({
      name: 'jobstream_unique_keys_taken_total',
      help: 'Unique keys that were taken by new jobs.',
      registers,
    });
    this.conflicts = new Counter({
      name: 'jobstream_unique_key_conflicts_total',
      help: 'Submissions whose unique key another job held, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    this.freed = new Counter({
      name: 'jobstream_unique_keys_freed_total',
      help: 'Unique keys that became free, by why.',
      labelNames: ['reason'],
      registers,
    });
  }

  /** The counters of a process. */
  static of(registry: Registry): UniqueKeyMetrics {
    const metrics = known.get(registry) ?? new UniqueKeyMetrics(registry);
    known.set(registry, metrics);
    return metrics;
  }

  countTaken(count: number): void {
    this.taken.inc(count);
  }

  countConflict(outcome: KeyConflict): void {
    this.conflicts.inc({ outcome });
  }

  countFreed(reason: KeyFreeing, count: number): void {
    if (count > 0) this.freed.inc({ reason }, count);
  }
}
