import type { NotAdmitted, Release, LimitRule } from '@jobstream/limits';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** What may keep a job from starting now: see `JobLimits`. */
export interface StartLimits {
  /** Empty for nothing. */
  rulesOf(payload: unknown): readonly LimitRule[];
  enter(rules: readonly LimitRule[], gone: AbortSignal): Promise<Release | NotAdmitted>;
}

/** Has jobs wait, without a slot, until the limits of their queue let them start. */
export class LimitGate {
  constructor(private readonly limits: StartLimits) {}

  concern({ request }: StartableJob): boolean {
    return this.limits.rulesOf(request.payload).length > 0;
  }

  /** Waits until all limits let the job start, those of then where they change meanwhile. @throws DeliveryLost */
  async enter(stay: Stay, { request: { payload } }: StartableJob): Promise<void> {
    let mustAskAgain: boolean;
    do {
      mustAskAgain = false;
      const rules = this.limits.rulesOf(payload);
      if (rules.length === 0) return;
      await stay.wait((over) => {
        const gone = new AbortController();
        void this.limits.enter(rules, gone.signal).then((answer) => {
          if (answer === 'lost') return stay.lose();
          if (answer === 'changed') mustAskAgain = true;
          else stay.passed(answer);
          over();
        });
        return () => gone.abort();
      });
    } while (mustAskAgain);
  }
}
