import type { MeteredProcess } from '../cpu-meter.js';
import type { Child } from '../child.js';
import type { PeerName } from './peer-names.js';

/** Handlers at a time in a program: as many as in the platform's. */
const concurrencyOf: Readonly<Partial<Record<PeerPart, number>>> = { worker: 100, 'image-worker': 4 };

/**
 * A program of a peer. `producer` fills queues and counts what became of the jobs, `worker` runs handlers, `image-worker` renders
 * thumbnails, `api` answers the two routes that the platform answers too.
 */
export type PeerPart = 'producer' | 'worker' | 'image-worker' | 'api';

/** What a peer is, for whoever reads the results. */
export interface PeerDescription {
  readonly versions: readonly string[];
  /** When an answer says that a job is kept, how far it has got. */
  readonly durability: string;
  /** What was set, and what is not as it is elsewhere. */
  readonly setup: string;
}

/** How a peer is run. */
export interface PeerOptions extends PeerDescription {
  readonly name: PeerName;
  /** Starts a program. */
  readonly program: (part: PeerPart) => Child;
  /** What each program is told, beside the queue: where the broker is. */
  readonly place: object;
  /** Its broker, where nobody else uses it. */
  readonly broker: readonly MeteredProcess[];
  /** The programs that it has. */
  readonly parts: readonly PeerPart[];
  /** How many of a figure's jobs are measured: a slow peer would take minutes otherwise. 0 to 1 */
  readonly share: number;
  /** How often its producer may be asked how many jobs have ended: where that is costly, it would slow down what it counts. */
  readonly lookMs: number;
  readonly stop: () => Promise<void>;
}

/** A peer that is ready to be measured; its programs run in processes of their own. */
export class Peer {
  private queues = 0;

  constructor(private readonly options: PeerOptions) {}

  get name(): PeerName {
    return this.options.name;
  }

  has(part: PeerPart): boolean {
    return this.options.parts.includes(part);
  }

  get lookMs(): number {
    return this.options.lookMs;
  }

  get broker(): readonly MeteredProcess[] {
    return this.options.broker;
  }

  describe(): PeerDescription {
    const { versions, durability, setup } = this.options;
    return { versions, durability, setup };
  }

  /** How many of so many jobs it is measured with: whole batches. */
  shareOf(jobs: number, batch: number): number {
    return Math.ceil((jobs * this.options.share) / batch) * batch;
  }

  /** The name of a queue that is nobody else's. */
  newQueue(): string {
    return `probe-${++this.queues}`;
  }

  /** Starts a program; what its `start` answers is `started`: of the API its origin. */
  async start(part: PeerPart, queue: string): Promise<{ child: Child; started: string }> {
    const child = this.options.program(part);
    try {
      const started = await child.call<string>('start', {
        ...this.options.place,
        queue,
        concurrency: concurrencyOf[part],
      });
      return { child, started };
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.options.stop();
  }
}
