import type { Delivery } from '@jobstream/kafka';
import { maxOwnDeaths, type ProcessDeath } from '@jobstream/lifecycle';
import type { Clock } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import { attempt, type AttemptPorts, type Attempted, type CallHandler } from '../attempt/attempt.js';
import type { AdmittedClaim } from '../claims/admitted-claim.js';
import type { Handlers } from '../handlers/handlers.js';
import { callIn } from './call-apart.js';
import type { Cell } from './cell.js';
import type { CellNeed, Cells } from './cells.js';

export interface ApartAttemptsOptions {
  /** Undefined where the program cannot be started again. */
  readonly cells: Cells | undefined;
  readonly handlers: Handlers;
  /** The broker's time: jobs expire by it. */
  readonly clock: Clock;
  readonly attempts: AttemptPorts;
  /** A job has ended the process or thread in which it ran alone. @param deaths its own deaths so far, where it is a suspect */
  onDeath(this: void, job: StartableJob, death: ProcessDeath, deaths?: number): void;
}

/** Runs attempts whose handler is called in a cell. A cell takes a while to start, so what let the attempt begin is looked at again. */
export class ApartAttempts {
  constructor(private readonly options: ApartAttemptsOptions) {}

  /**
   * An attempt of an isolated job. The death of its cell fails it.
   * @returns undefined when its claim was lost before it could start
   */
  async ofIsolated(
    job: StartableJob,
    claim: AdmittedClaim | undefined,
    need: CellNeed,
  ): Promise<Attempted | undefined> {
    const { cells, onDeath } = this.options;
    const cell = await cells?.take(need);
    const attempted = await this.run(job, claim, cell, callIn(cell, true));
    if (attempted?.ending.kind === 'process-died') onDeath(job, attempted.ending.death);
    return attempted;
  }

  /**
   * An attempt of a suspect, alone in a process. A death of that process is one of the job, and no attempt; it is committed before the
   * next try, for the job may end this process too. What another job left behind may have ended a process that was used before: that
   * says nothing, and every later try gets a process of its own.
   * @returns undefined when the partition, or its claim, is lost before it has ended
   */
  async ofSuspect(
    delivery: Delivery,
    job: StartableJob,
    claim: AdmittedClaim | undefined,
  ): Promise<Attempted | undefined> {
    const { cells, handlers, onDeath } = this.options;
    const definition = handlers.get(job.request.type)?.definition;
    const need: CellNeed = { kind: 'process', heapMiB: definition?.memoryMiB };
    let deaths = delivery.suspicion?.deaths ?? 0;
    let death: ProcessDeath | undefined;
    while (deaths < maxOwnDeaths) {
      const cell = await cells?.take(need, deaths > 0 || death !== undefined);
      // The worker closes: what cannot run apart is not to run in it after all.
      if (cells?.isClosed) return undefined;
      const isProof = cell?.isUsed === false;
      const attempted = await this.run(job, claim, cell, cell && callIn(cell, false));
      if (attempted?.ending.kind !== 'process-died') return attempted;
      death = attempted.ending.death;
      if (isProof) deaths += 1;
      onDeath(job, death, deaths);
      if (isProof) await delivery.noteDeaths(deaths);
      // The effect may have happened, whoever ended the process.
      if (claim && definition?.onOwnerDeath === 'dead-letter')
        return { ending: { kind: 'owner-died', deaths: claim.deaths + 1 } };
      if (!delivery.isCurrent()) return undefined;
    }
    return { ending: { kind: 'crashed', deaths: maxOwnDeaths, death } };
  }

  private async run(
    job: StartableJob,
    claim: AdmittedClaim | undefined,
    cell: Cell | undefined,
    call: CallHandler | undefined,
  ): Promise<Attempted | undefined> {
    const { cells, handlers, clock, attempts } = this.options;
    try {
      if (claim?.isLost) return undefined;
      return await attempt(job, handlers.get(job.request.type), clock.now(), attempts, claim, call);
    } finally {
      if (cell) cells!.giveBack(cell);
    }
  }
}
