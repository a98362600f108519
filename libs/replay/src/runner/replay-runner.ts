import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import { LogReader, type KafkaConnection } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { Projection } from '../projection.js';
import { ReplayStore, type HeldReplay } from '../rows/replay-store.js';
import type { ReplayFailure } from '../rows/replay.js';
import { ReservedRuns } from '../rows/reserved-runs.js';
import { MatchingJobs } from '../selection/matching-jobs.js';
import { Selection } from '../selection/selection.js';
import { CancelRun, type CancelOrders, type CancelRunOptions } from './cancel-run.js';
import { ReplayRun, type ReplayRunOptions } from './replay-run.js';
import { Turn } from './turn.js';

export interface ReplayRunnerOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly intake: JobIntake;
  readonly projection: Projection;
  readonly orders: CancelOrders;
  readonly logger: Logger;
}

interface Release {
  readonly held: HeldReplay;
  readonly trouble: string | null;
  readonly pauseMs: number;
}

/** A replay that killed so many processes is not tried again. */
const maxDeaths = 3;
/** Another process continues a replay this long after its process died. */
const leaseMs = 3_000;
const lookEveryMs = 300;
const afterTroubleMs = 1_000;
const maxRunning = 8;
const purgeEveryMs = 3_600_000;

/**
 * Runs the open replays and actions. Any number of processes may do so: one at a time holds the lease of a replay, and another continues
 * it when that one dies.
 */
export class ReplayRunner {
  private readonly reader: LogReader;
  private readonly replays: ReplayStore;
  private readonly runOptions: ReplayRunOptions & CancelRunOptions;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  /** Replays that this process left while Postgres did not answer. Each would count as a death. */
  private readonly unreleased = new Set<Release>();
  /** The last trouble of each replay, by its id. */
  private readonly troubles = new Map<string, string>();
  private looking: Promise<void> | undefined;
  private purgeAt = performance.now() + purgeEveryMs;

  constructor(private readonly options: ReplayRunnerOptions) {
    const { connection, database, intake, projection, orders } = options;
    const { clock, jobTypes } = intake;
    this.reader = new LogReader(connection);
    this.replays = new ReplayStore(database);
    this.runOptions = {
      database,
      replays: this.replays,
      reserved: new ReservedRuns(database, this.replays, intake),
      selection: new Selection({ reader: this.reader, projection, clock, jobTypes }),
      matching: new MatchingJobs({ projection, clock, jobTypes }),
      projection,
      orders,
      clock,
    };
  }

  /** Begins to look for replays. The tables have to exist. */
  start(): void {
    this.looking ??= this.look();
  }

  /** Finishes the slices under way and leaves the rest to other processes. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await Promise.all(this.running);
    await this.releaseAll().catch(() => undefined);
    await this.reader.close();
  }

  private async look(): Promise<void> {
    const { logger } = this.options;
    let trouble = false;
    while (!this.stopping.signal.aborted) {
      try {
        await this.releaseAll();
        while (this.running.size < maxRunning && (await this.takeOne()));
        await this.purge();
        trouble = false;
      } catch (err) {
        if (!trouble) logger.warn({ err }, 'search for replays failed: trying again');
        trouble = true;
      }
      await this.pause(trouble ? afterTroubleMs : lookEveryMs);
    }
  }

  private async takeOne(): Promise<boolean> {
    const held = await this.replays.take(randomUUID(), leaseMs);
    if (held === undefined) return false;
    const run = this.run(held).finally(() => this.running.delete(run));
    this.running.add(run);
    return true;
  }

  private async run(held: HeldReplay): Promise<void> {
    const { logger } = this.options;
    const about = { replay: held.replay.id };
    try {
      if (held.replay.deaths >= maxDeaths) {
        await this.replays.fail(held, runnersDied);
        logger.error(about, 'replay failed: its scheduler died three times');
        return;
      }
      logger.info(about, 'replay taken');
      const isOver = await this.runTurn(held);
      this.troubles.delete(about.replay);
      if (!isOver) this.unreleased.add({ held, trouble: null, pauseMs: 0 });
      logger.info(about, isOver ? 'replay ended' : 'replay left to another process');
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      // The same trouble comes again with each try, so it is logged once.
      const level = this.troubles.get(about.replay) === trouble ? 'debug' : 'warn';
      this.troubles.set(about.replay, trouble);
      logger[level]({ ...about, err: error }, 'replay interrupted: trying again');
      this.unreleased.add({ held, trouble, pauseMs: afterTroubleMs });
    }
  }

  private runTurn(held: HeldReplay): Promise<boolean> {
    const turn = new Turn(this.replays, held, leaseMs, this.stopping.signal);
    const { request } = held.replay;
    if (request.source === 'jobs' && request.action === 'cancel')
      return new CancelRun(this.runOptions, held, request, turn).run();
    return new ReplayRun(this.runOptions, held, turn).run();
  }

  private async releaseAll(): Promise<void> {
    for (const release of this.unreleased) {
      await this.replays.release(release.held, release.trouble, release.pauseMs);
      this.unreleased.delete(release);
    }
  }

  private async purge(): Promise<void> {
    if (performance.now() < this.purgeAt) return;
    this.purgeAt = performance.now() + purgeEveryMs;
    while ((await this.replays.purge()) > 0);
  }

  private pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

const runnersDied: ReplayFailure = {
  code: 'runner_died',
  message:
    `The scheduler that ran it died ${maxDeaths} times without moving it on, so it is not tried again. Jobs that it had ` +
    'reserved and not put into their queue can be replayed by others. Look into the log of the schedulers for why, then ' +
    'ask for the rest with a narrower filter or another patch.',
};
