import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem-error.js';
import { trafficToken, type TrafficSettings } from '../http/traffic-settings.js';

/** Bounds of the number of open requests. */
export type OpenRequestSettings = Pick<TrafficSettings, 'MAX_OPEN_REQUESTS' | 'OPEN_SHARE_PERCENT'>;

/** The requests that are held open: waits and streams. They end when the client leaves, its key is revoked or the process drains. */
@Injectable()
export class OpenRequests implements OnModuleDestroy {
  private readonly open = new Set<AbortController>();
  private readonly openByCaller = new Map<string, number>();
  private readonly max: number;
  private readonly maxOfCaller: number;
  private draining = false;

  /** Each open request costs a connection and some memory: their number is bounded, and so is the share of one caller. */
  constructor(@Inject(trafficToken) { MAX_OPEN_REQUESTS, OPEN_SHARE_PERCENT }: OpenRequestSettings) {
    this.max = MAX_OPEN_REQUESTS;
    this.maxOfCaller = Math.max(1, Math.floor((MAX_OPEN_REQUESTS * OPEN_SHARE_PERCENT) / 100));
  }

  /**
   * Aborts when the connection of this reply closes, the API key of its request is revoked, or the process drains.
   * @throws ProblemError `too_many_open`, `open_share_used_up`
   */
  signalOf(reply: FastifyReply): AbortSignal {
    const caller = callerOf(reply.request);
    this.checkRoom(caller);
    // A connection that has closed does not close again: nothing would ever take its request out.
    if (this.draining || reply.raw.destroyed) return AbortSignal.abort();
    const controller = new AbortController();
    this.open.add(controller);
    this.openByCaller.set(caller, this.openOf(caller) + 1);
    const { signal } = controller;
    reply.request.caller?.revoked.addEventListener('abort', () => controller.abort(), { once: true, signal });
    reply.raw.once('close', () => {
      this.leave(controller, caller);
      controller.abort();
    });
    return signal;
  }

  /** Before the server closes: waits answer with the state they know, clients of streams resume at another process. */
  onModuleDestroy(): void {
    this.drain();
  }

  /** Ends all of them, and each that comes later. */
  drain(): void {
    this.draining = true;
    for (const controller of this.open) controller.abort();
  }

  private checkRoom(caller: string): void {
    const instead = 'Ask again later, or read the job without waiting.';
    if (this.open.size >= this.max) throw new ProblemError('too_many_open', instead);
    if (this.openOf(caller) < this.maxOfCaller) return;
    const detail = `An API key holds at most ${this.maxOfCaller} waits and streams open; without keys, an address does. ${instead}`;
    throw new ProblemError('open_share_used_up', detail);
  }

  private openOf(caller: string): number {
    return this.openByCaller.get(caller) ?? 0;
  }

  private leave(controller: AbortController, caller: string): void {
    this.open.delete(controller);
    const left = this.openOf(caller) - 1;
    if (left === 0) this.openByCaller.delete(caller);
    else this.openByCaller.set(caller, left);
  }
}

function callerOf({ caller, ip }: FastifyRequest): string {
  return caller?.keyId ?? ip;
}
