import type { ServerResponse } from 'node:http';
import { ProblemError } from './problem-error.js';

/**
 * The bytes that requests hold in memory, of a whole process: of their bodies, from the first byte that arrives, and of their
 * answers, until the client has taken them. What a request holds it gives back when its answer has left or its connection closes.
 */
export class BytesInFlight {
  private sum = 0;
  private readonly held = new WeakMap<ServerResponse, number>();

  /** @param maxBytes only {@link add} exceeds them */
  constructor(private readonly maxBytes: number) {}

  /** Bytes that are held now. */
  get total(): number {
    return this.sum;
  }

  /**
   * Holds bytes for the request of this answer.
   * @throws ProblemError `too_many_bytes` where they would exceed the maximum
   */
  take(response: ServerResponse, bytes: number): void {
    if (!this.hasRoom(bytes)) throw noRoom();
    this.add(response, bytes);
  }

  hasRoom(bytes: number): boolean {
    return this.sum + bytes <= this.maxBytes;
  }

  /** Holds bytes that are there already. */
  add(response: ServerResponse, bytes: number): void {
    // A closed answer emits no second `close`: nothing would ever release the bytes.
    if (response.destroyed) return;
    const before = this.held.get(response);
    if (before === undefined) response.once('close', () => this.release(response));
    this.held.set(response, (before ?? 0) + bytes);
    this.sum += bytes;
  }

  private release(response: ServerResponse): void {
    this.sum -= this.held.get(response) ?? 0;
    this.held.delete(response);
  }
}

/** The process holds as many bytes as it may. */
export function noRoom(): ProblemError {
  return new ProblemError(
    'too_many_bytes',
    'Nothing was done: bodies and answers on their way fill the memory for them. Send the request again later.',
  );
}
