import { decodeUniqueMark } from '@jobstream/contracts/records';
import type { StartableJob } from '../admission/startable-job.js';
import type { Stay } from '../admission/stay.js';
import type { Handlers } from '../handlers/handlers.js';
import { AdmittedClaim } from './admitted-claim.js';
import type { ClaimReply, Claims } from './claims.js';
import type { ClaimRequest } from './decide-claim.js';

export interface ClaimGateOptions {
  readonly claims: Claims;
  readonly handlers: Handlers;
  /** The worker process: claims are taken in its name. */
  readonly worker: string;
}

/** The job may start under its claim (`taken`); or its attempt has an outcome (`repeat`), or was over long ago (`outdated`). */
export type ClaimEntry =
  | { readonly kind: 'taken'; readonly claim: AdmittedClaim }
  | Exclude<ClaimReply, { readonly kind: 'taken' | 'held' }>;

/** While a claim is asked for, the slot is kept for this long. */
const keepSlotMs = 250;

/** The gate of claims: an attempt passes once it has the claim of its job. It waits for it without a slot. */
export class ClaimGate {
  private requests = 0;

  constructor(private readonly options: ClaimGateOptions) {}

  /** Whether the job needs a claim: its type is exclusive, or its request may be in the log more than once. */
  appliesTo({ claimed, request: { type } }: StartableJob): boolean {
    return claimed ?? this.options.handlers.get(type)?.definition.exclusive ?? false;
  }

  /** Waits until the claim is free, and for a slot if the answer took long. @throws DeliveryLost */
  async enter(stay: Stay, job: StartableJob): Promise<ClaimEntry> {
    const { claims } = this.options;
    const request = this.requestOf(job);
    let claim: AdmittedClaim | undefined;
    stay.onLeave(() => (claim ? claim.giveBack() : claims.withdraw(request)));
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
    const late = setTimeout(() => stay.freeSlot(), keepSlotMs);
    const reply = await this.options.claims.ask(request);
    clearTimeout(late);
    return reply;
  }

  private requestOf({ request, run, attempt, unique }: StartableJob): ClaimRequest {
    return {
      id: request.id.toLowerCase(),
      run,
      attempt,
      inPlace: request.orderingKey !== undefined,
      keyUntilStart: unique === undefined ? undefined : keyUntilStartOf(unique),
      owner: `${this.options.worker}/${++this.requests}`,
    };
  }
}

function keyUntilStartOf(unique: string): string | undefined {
  const { hold, hash } = decodeUniqueMark(unique);
  return hold === 'waiting' ? hash : undefined;
}
