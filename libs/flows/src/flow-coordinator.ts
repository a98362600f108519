import type { Topics } from '@jobstream/contracts';
import type { FlowState } from '@jobstream/contracts/rest';
import { isPermanent, type Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import type { KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { FlowEndReader } from './flow-end-reader.js';
import { FlowMetrics } from './flow-metrics.js';
import { FlowReleaser } from './flow-releaser.js';
import { FlowStore } from './flow-store.js';
import { showOpenFlows } from './open-flow-metrics.js';

export interface FlowCoordinatorOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly intake: JobIntake;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** Called with an error that only a restart or a person can mend. */
  readonly onFatal: (error: Error) => void;
}

/** Time between two looks at most, to find jobs that other processes have made ready. */
const maxPauseMs = 500;

/**
 * Moves flows on: follows the ends of their jobs, and puts those into their queues that are ready. Several may run. When one dies,
 * another continues its work.
 */
export class FlowCoordinator {
  private readonly ends: FlowEndReader;
  private readonly releaser: FlowReleaser;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private isAwaited = false;
  private wake: () => void = () => undefined;
  private failure: Error | undefined;

  constructor(private readonly options: FlowCoordinatorOptions) {
    const flows = new FlowStore(options.database);
    const metrics = FlowMetrics.of(options.metrics);
    const onAdvanced = (ended: readonly FlowState[]) => {
      metrics.countEnded(ended);
      this.expect();
    };
    this.ends = new FlowEndReader({ ...options, flows, onAdvanced });
    this.releaser = new FlowReleaser({ ...options, flows, metrics });
    showOpenFlows(options.metrics, options.database, () => this.ends.lag());
  }

  /** Begins, and returns at once. The tables have to exist. */
  start(): void {
    this.ends.start();
    this.running = this.run();
  }

  /** Finishes the work under way and leaves its group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await Promise.all([this.ends.stop(), this.running]);
  }

  /** Ready means: it reads ends, and its last look at ready jobs succeeded. */
  async health(): Promise<Health> {
    if (this.failure) return { ok: false, why: `starting jobs of flows: ${this.failure.message}` };
    return this.ends.health();
  }

  private expect(): void {
    this.isAwaited = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.isAwaited = false;
      const nextInMs = await this.look();
      if (!this.isAwaited) await this.pause(Math.min(nextInMs ?? maxPauseMs, maxPauseMs));
    }
  }

  private async look(): Promise<number | undefined> {
    try {
      const nextInMs = await this.releaser.look();
      this.failure = undefined;
      return nextInMs;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (isPermanent(error)) this.options.onFatal(error);
      else if (this.failure === undefined)
        this.options.logger.warn({ err: error }, 'starting jobs of flows failed: trying again');
      this.failure = error;
      return undefined;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(over);
        resolve();
      };
      if (this.stopping.signal.aborted) this.wake();
    });
  }
}
