import type { Handlers } from '../handlers/handlers.js';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** The gate that a job type brings itself, where it has one. Jobs wait there without a slot. */
export class TypeGate {
  constructor(private readonly handlers: Handlers) {}

  /** Whether the type of the job has a gate. */
  appliesTo({ request: { type } }: StartableJob): boolean {
    return this.handlers.get(type)?.gate !== undefined;
  }

  /** Waits until the gate lets the job start. @throws DeliveryLost */
  async enter(stay: Stay, { request: { id, type }, run }: StartableJob): Promise<void> {
    const gate = this.handlers.get(type)?.gate;
    let isAdmitted = false;
    let goOn: (() => void) | undefined;
    const withdraw = gate?.enter({ id, run }, (leave) => {
      isAdmitted = true;
      stay.onLeave(leave);
      goOn?.();
    });
    if (withdraw === undefined || isAdmitted) return;
    await stay.wait((over) => {
      goOn = over;
      return withdraw;
    });
  }
}
