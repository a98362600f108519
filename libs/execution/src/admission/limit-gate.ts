import type { LimitRule, NotAdmitted, Release } from '@jobstream/limits';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** The part of `JobLimits` that the gate needs. */
export interface StartLimits {
  /** The limits that a job with this payload is under. */
  rulesOf(payload: unknown): readonly LimitRule[];
  enter(rules: readonly LimitRule[], gone: AbortSignal): Promise<Release | NotAdmitted>;
}

/** The gate of limits: jobs wait, without a slot, until the limits of their queue let them start. */
export class LimitGate {
  constructor(private readonly limits: StartLimits) {}

  /** Whether the job is under any limit. */
  appliesTo({ request }: StartableJob): boolean {
    return this.limits.rulesOf(request.payload).length > 0;
  }

  /** Waits until all limits let the job start. When the limits change meanwhile, waits for the new ones. @throws DeliveryLost */
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
          else stay.onLeave(answer);
          over();
        });
        return () => gone.abort();
      });
    } while (mustAskAgain);
  }
}
