import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import { LogReader, type KafkaConnection } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { Projection } from './projection.js';
import { ReplayRun } from './replay-run.js';
import { ReplayStore, type HeldReplay } from './replay-store.js';
import type { ReplayFailure } from './replay.js';
import { ReservedRuns } from './reserved-runs.js';
import { Selection } from './selection.js';

/** What {@link ReplayRunner} takes. */
export interface ReplayRunnerOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly intake: JobIntake;
  readonly projection: Projection;
  readonly logger: Logger;
}

interface Release {
  readonly held: HeldReplay;
  readonly trouble: string | null;
  readonly pauseMs: number;
}

/** What kills its process so often is not taken up once more. */
const mostDeaths = 3;
/** A replay whose process died goes on in another one after this time. */
const leaseMs = 3_000;
const lookEveryMs = 300;
const afterTroubleMs = 1_000;
const mostAtOnce = 8;
const purgeEveryMs = 3_600_000;

/**
 * Runs the replays that are open. Any number of processes may do so: each replay is one process' at a time, by a lease, and
 * goes on in another when that one dies.
 */
export class ReplayRunner {
  private readonly reader: LogReader;
  private readonly replays: ReplayStore;
  private readonly parts: ConstructorParameters<typeof ReplayRun>[0];
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  /** Left by this process while Postgres did not answer: each would count as a death of it. */
  private readonly unreleased = new Set<Release>();
  /** By replay, what it was interrupted for last. */
  private readonly troubles = new Map<string, string>();
  private looking: Promise<void> | undefined;
  private purgeAt = performance.now() + purgeEveryMs;

  constructor(private readonly options: ReplayRunnerOptions) {
    const { connection, database, intake, projection } = options;
    this.reader = new LogReader(connection);
    this.replays = new ReplayStore(database);
    this.parts = {
      database,
      replays: this.replays,
      leaseMs,
      reserved: new ReservedRuns(database, this.replays, intake),
      selection: new Selection({ reader: this.reader, projection, clock: intake.clock }),
      projection,
    };
  }

  /** Begins to look for replays; the tables have to be there. */
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
        while (this.running.size < mostAtOnce && (await this.takeOne()));
        await this.purge();
        trouble = false;
      } catch (err) {
        if (!trouble) logger.warn({ err }, 'looking for replays: not now, trying again');
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
      if (held.replay.deaths >= mostDeaths) {
        await this.replays.fail(held, runnersDied);
        logger.error(about, 'replay failed: its scheduler died three times');
        return;
      }
      logger.info(about, 'replay taken');
      const isOver = await new ReplayRun(this.parts, held, this.stopping.signal).run();
      this.troubles.delete(about.replay);
      if (!isOver) this.unreleased.add({ held, trouble: null, pauseMs: 0 });
      logger.info(about, isOver ? 'replay over' : 'replay left to another process');
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      // The same trouble comes again with each try: it is told once.
      const level = this.troubles.get(about.replay) === trouble ? 'debug' : 'warn';
      this.troubles.set(about.replay, trouble);
      logger[level]({ ...about, err: error }, 'replay interrupted: trying again');
      this.unreleased.add({ held, trouble, pauseMs: afterTroubleMs });
    }
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
    `The scheduler that ran it died ${mostDeaths} times without moving it on, so it is not tried again. Jobs that it had ` +
    'reserved and not put into their queue can be replayed by others. Look into the log of the schedulers for why, then ' +
    'ask for the rest with a narrower filter or another patch.',
};
