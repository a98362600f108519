import type { StartableJob } from '../admission/startable-job.js';
import type { Stay } from '../admission/stay.js';
import type { Handlers } from '../handlers/handlers.js';
import { AdmittedClaim } from './admitted-claim.js';
import type { ClaimReply, Claims } from './claims.js';
import type { ClaimRequest } from './decide-claim.js';

/** What {@link ClaimGate} takes. */
export interface ClaimGateOptions {
  readonly claims: Claims;
  readonly handlers: Handlers;
  /** The worker process, in whose name claims are taken. */
  readonly worker: string;
}

/** The job may start under its claim; or this attempt has an outcome, or was over long ago. */
export type ClaimEntry =
  | { readonly kind: 'taken'; readonly claim: AdmittedClaim }
  | Exclude<ClaimReply, { readonly kind: 'taken' | 'held' }>;

/** A slot is kept for so long while the claim is asked for. */
const slotKeptMs = 250;

/** Lets attempts through to their handlers as their claims allow. Nobody waits with a slot for long. */
export class ClaimGate {
  private requests = 0;

  constructor(private readonly options: ClaimGateOptions) {}

  /** Whether the job may start only under a claim: its type is exclusive, or its request may be in the log more than once. */
  concern({ claimed, request: { type } }: StartableJob): boolean {
    return claimed ?? this.options.handlers.get(type)?.definition.exclusive ?? false;
  }

  /** Waits until the claim is nobody else's, and for a slot where the answer was long in coming. @throws DeliveryLost */
  async enter(stay: Stay, job: StartableJob): Promise<ClaimEntry> {
    const { claims } = this.options;
    const request = this.requestOf(job);
    let claim: AdmittedClaim | undefined;
    stay.passed(() => (claim ? claim.giveBack() : claims.giveUp(request)));
    for (;;) {
      const reply = await this.ask(stay, request);
      if (reply.kind === 'held') {
        await stay.wait((over) => claims.watch(request, over));
      } else if (reply.kind === 'taken') {
        claim = new AdmittedClaim(claims, reply.claim);
        if (!stay.hasSlot) await stay.waitForSlot();
        return { kind: 'taken', claim };
      } else {
        stay.freeSlot();
        return reply;
      }
    }
  }

  private async ask(stay: Stay, request: ClaimRequest): Promise<ClaimReply> {
    const late = setTimeout(() => stay.freeSlot(), slotKeptMs);
    const reply = await this.options.claims.ask(request);
    clearTimeout(late);
    return reply;
  }

  private requestOf({ request, run, attempt }: StartableJob): ClaimRequest {
    return {
      id: request.id.toLowerCase(),
      run,
      attempt,
      inPlace: request.orderingKey !== undefined,
      owner: `${this.options.worker}/${++this.requests}`,
    };
  }
}
