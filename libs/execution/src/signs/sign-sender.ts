import { encodeWorkerSign, type WorkerSign } from '@jobstream/contracts/records';
import type { OutgoingRecord } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';

export interface SignSenderOptions {
  readonly topic: string;
  readonly id: string;
  /** What the worker tells of itself now. */
  sign(this: void): WorkerSign;
  send(this: void, record: OutgoingRecord): Promise<unknown>;
  readonly logger: Logger;
}

/** Between two signs. */
export const signEveryMs = 5_000;

/**
 * Tells every few seconds what a worker does, and at its end that it has ended.
 *
 * Invariants: one record is on its way at most, so a broker that is away costs the jobs of the worker nothing. Nothing waits for a
 * sign, and none that fails is sent again: the next one tells more.
 */
export class SignSender {
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  /** Whether the broker may have a sign that has to be taken back. */
  private isKnown = false;
  private isFailing = false;

  constructor(private readonly options: SignSenderOptions) {}

  start(): void {
    this.timer = setInterval(() => this.tell(), signEveryMs);
    this.tell();
  }

  /** Takes its sign back, through the producer, which has to be stopped afterwards. */
  close(): void {
    clearInterval(this.timer);
    if (this.isKnown) void this.send(null);
  }

  private tell(): void {
    if (this.sending !== undefined) return;
    this.sending = this.send(this.options.sign()).finally(() => (this.sending = undefined));
  }

  private async send(sign: WorkerSign | null): Promise<void> {
    const { topic, id, send, logger } = this.options;
    try {
      await send({ topic, ...encodeWorkerSign(id, sign) });
      this.isKnown = true;
      if (this.isFailing) logger.info('signs of the worker taken again');
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing) logger.warn({ err }, 'sign of the worker not taken: the next one tells more');
      this.isFailing = true;
    }
  }
}
