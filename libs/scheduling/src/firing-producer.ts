import type { AcceptedJob } from '@jobstream/contracts/rest';
import { IntakeError, type CheckedJob, type JobIntake } from '@jobstream/intake';
import type { TroubleScope } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { FiringSettlement, PendingFiring } from './firing-store.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

/**
 * The result of producing the job of a firing. `pending`: the job is not acknowledged and has to be produced again; `isRefused`
 * when its topic or partition takes no records while others do.
 */
export type ProducedFiring =
  | (FiringSettlement & {
      /** Of one that was skipped: the job that holds the unique key and is the answer. */
      readonly holder?: AcceptedJob;
    })
  | (Pick<PendingFiring, 'schedule' | 'fireAt'> & { readonly state: 'pending'; readonly isRefused: boolean });

/** Produces the jobs of firings, through intake. */
export class FiringProducer {
  constructor(
    private readonly intake: JobIntake,
    private readonly logger: Logger,
    private readonly metrics: SchedulingMetrics,
  ) {}

  /** Produces the job of a firing. Its id follows from the firing, so that producing it again makes a copy. */
  async produce({ schedule, fireAt, jobId, job }: PendingFiring): Promise<ProducedFiring> {
    const about = { schedule: schedule.name, fireAt: new Date(fireAt).toISOString(), job: jobId };
    try {
      const checked = this.intake.check(job);
      const accepted = await this.intake.accept(checked, jobId, { claimed: true });
      if (accepted.existing === true) {
        const detail = describeHolder(accepted, checked);
        return { ...this.skip(about, detail), schedule, fireAt, holder: accepted };
      }
    } catch (error) {
      if (!(error instanceof IntakeError)) throw error;
      if (error.code === 'job_not_unique') return { ...this.skip(about, error.message), schedule, fireAt };
      if (isTransient(error)) {
        this.logger.debug({ ...about, code: error.code }, 'occurrence not acknowledged: trying again');
        return { schedule, fireAt, state: 'pending', isRefused: scopeOf(error) !== 'cluster' };
      }
      this.metrics.countFiring('refused');
      this.logger.error({ ...about, code: error.code, errors: error.details.errors }, 'occurrence refused');
      return { schedule, fireAt, state: 'refused', detail: describe(error) };
    }
    this.metrics.countFiring('fired');
    this.logger.info(about, 'occurrence fired');
    return { schedule, fireAt, state: 'fired' };
  }

  private skip(about: object, detail: string): { readonly state: 'skipped'; readonly detail: string } {
    this.metrics.countFiring('skipped');
    this.logger.info({ ...about, detail }, 'occurrence skipped');
    return { state: 'skipped', detail };
  }
}

function describeHolder({ id }: AcceptedJob, { unique }: CheckedJob): string {
  return unique?.policy.onConflict === 'replace'
    ? `The job ${id}, which waits and holds the unique key, has this payload and time now.`
    : `The job ${id} holds the unique key.`;
}

function scopeOf({ details }: IntakeError): TroubleScope {
  return (details.cause as { scope?: TroubleScope } | undefined)?.scope ?? 'cluster';
}

function isTransient({ code }: IntakeError): boolean {
  return code === 'broker_unavailable' || code === 'submit_unknown' || code === 'database_unavailable';
}

function describe({ code, message, details }: IntakeError): string {
  const faults = (details.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
  return [`${code}: ${message}`, ...faults].join(' ');
}
