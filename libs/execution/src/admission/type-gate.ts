import type { Cancellations } from '../attempt/cancellations.js';
import type { Handlers } from '../handlers/handlers.js';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** The gate that a job type brings itself, where it has one. Jobs wait there without a slot. */
export class TypeGate {
  constructor(
    private readonly handlers: Handlers,
    private readonly cancellations: Cancellations,
  ) {}

  /** Whether the type of the job has a gate. */
  appliesTo({ request: { type } }: StartableJob): boolean {
    return this.handlers.get(type)?.gate !== undefined;
  }

  /** Waits until the gate lets the job start, or until the job is cancelled: then its attempt needs no gate. @throws DeliveryLost */
  async enter(stay: Stay, job: StartableJob): Promise<void> {
    if (this.cancellations.has(job)) return;
    const { id, type } = job.request;
    let isAdmitted = false;
    let goOn: (() => void) | undefined;
    const withdraw = this.handlers.get(type)?.gate?.enter({ id, run: job.run }, (leave) => {
      isAdmitted = true;
      stay.onLeave(leave);
      goOn?.();
    });
    if (withdraw === undefined || isAdmitted) return;
    let endWatch: (() => void) | undefined;
    try {
      await stay.wait((over) => {
        goOn = over;
        endWatch = this.cancellations.watchWait(job, () => {
          withdraw();
          over();
        });
        return withdraw;
      });
    } finally {
      endWatch?.();
    }
  }
}
