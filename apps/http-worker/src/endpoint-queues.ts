import { isDeepStrictEqual } from 'node:util';
import type { CallSender } from '@jobstream/calls';
import type { QueueDefinition } from '@jobstream/contracts';
import type { JobTypeRecord } from '@jobstream/contracts/records';
import type { RegisteredHandler, ServedQueue } from '@jobstream/execution';
import type { JobTypeBook, KnownJobType } from '@jobstream/job-types';
import type { Logger } from '@jobstream/runtime';
import { describeEndpoint } from './endpoint-definition.js';
import { EndpointGate, type Needs } from './endpoint-gate.js';
import { EndpointHandler } from './endpoint-handler.js';
import type { SecretBook } from './secret-book.js';
import type { Servers } from './servers.js';

export interface EndpointQueuesOptions {
  readonly book: JobTypeBook;
  /** Serves the queues. */
  readonly worker: { serve(queue: ServedQueue): void; leave(queue: string, drainMs: number): Promise<void> };
  readonly sender: Pick<CallSender, 'send'>;
  readonly secrets: Pick<SecretBook, 'of' | 'follow'>;
  readonly servers: Servers;
  /** Attempts of one queue that run at the same time. */
  readonly concurrency: number;
  readonly logger: Logger;
}

/** A call has been aborted, and its outcome written, so long after its time limit at the latest. */
const endingMs = 10_000;

/** A job type that is served. */
interface ServedType {
  known: KnownJobType;
  /** Made once for each version of `known`: the checks of its definition cost time to make. */
  registered: RegisteredHandler;
  readonly gate: EndpointGate;
}

/** What a consumer is made for: where it changes, the queue is left and served anew. */
interface QueueShape {
  readonly queue: QueueDefinition;
  readonly delays: readonly number[];
}

interface Line {
  readonly shape: QueueShape;
  readonly handlers: Map<string, RegisteredHandler>;
}

/** Serves the queues whose job types have endpoints, as the types come, change and go. */
export class EndpointQueues {
  private readonly lines = new Map<string, Line>();
  private readonly types = new Map<string, ServedType>();
  /** Queues that are being left: they are served anew, if they are to be, once that is over. */
  private readonly leaving = new Map<string, Promise<void>>();
  private isDue = false;
  private isStopped = false;

  constructor(private readonly options: EndpointQueuesOptions) {}

  /** Jobs that wait before their call. */
  get waiting(): number {
    return [...this.types.values()].reduce((sum, { gate }) => sum + gate.waiting, 0);
  }

  /** The job types have changed. Changes that come together are followed at once. */
  typesChanged(): void {
    if (this.isDue || !this.options.book.isKnown) return;
    this.isDue = true;
    queueMicrotask(() => {
      this.isDue = false;
      if (!this.isStopped) this.settle();
    });
  }

  secretsChanged(): void {
    for (const [type, { gate }] of this.types) gate.change({ isSigned: this.isSigned(type) });
  }

  /** Follows no change any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.leaving.values());
  }

  private settle(): void {
    const wanted = this.findServed();
    const names = new Set([...wanted.values()].flat().map(({ record }) => record.type));
    this.options.secrets.follow([...names]);
    for (const [name, line] of this.lines) {
      const types = wanted.get(name);
      if (types === undefined || !isDeepStrictEqual(shapeOf(types), line.shape)) this.leave(name, line);
    }
    this.forgetTypes(names);
    for (const [name, types] of wanted) if (!this.leaving.has(name)) this.serve(name, types);
    this.options.servers.keepOnly(new Set([...this.types.values()].map(({ gate }) => gate.server)));
  }

  /** By queue, the types with endpoints. Not those of a queue that workers serve as well: each would set the other's jobs aside. */
  private findServed(): Map<string, KnownJobType[]> {
    const byQueue = new Map<string, KnownJobType[]>();
    for (const known of this.options.book.all()) {
      const { name } = known.record.queue;
      const types = byQueue.get(name);
      if (types) types.push(known);
      else byQueue.set(name, [known]);
    }
    const served = new Map<string, KnownJobType[]>();
    for (const [queue, types] of byQueue) {
      const ours = types.filter(({ record }) => record.endpoint !== undefined);
      if (ours.length === types.length) served.set(queue, ours);
      else if (ours.length > 0)
        this.options.logger.error(
          { queue, types: ours.map(({ record }) => record.type) },
          'queue not served: workers have types in it',
        );
    }
    return served;
  }

  private serve(name: string, types: readonly KnownJobType[]): void {
    const line: Line = this.lines.get(name) ?? { shape: shapeOf(types), handlers: new Map() };
    for (const known of types) line.handlers.set(known.record.type, this.register(known));
    const names = new Set(types.map(({ record }) => record.type));
    for (const type of line.handlers.keys()) if (!names.has(type)) line.handlers.delete(type);
    if (this.lines.has(name)) return;
    this.lines.set(name, line);
    const { concurrency, worker, logger } = this.options;
    worker.serve({ queue: line.shape.queue, handlers: line.handlers, concurrency, owner: undefined });
    logger.info({ queue: name, types: types.length }, 'queue served');
  }

  /** In the background: what runs there may take long, and the other queues go on. */
  private leave(name: string, { handlers }: Line): void {
    const { worker, logger } = this.options;
    // Whatever still runs has ended before the queue is served anew: no attempt runs twice at the same time.
    const timeouts = [...handlers.values()].map(({ definition }) => definition.timeoutMs);
    const longest = Math.max(0, ...timeouts) + endingMs;
    this.lines.delete(name);
    const left = worker.leave(name, longest).then(() => {
      this.leaving.delete(name);
      logger.info({ queue: name }, 'queue left');
      this.typesChanged();
    });
    this.leaving.set(name, left);
  }

  private register(known: KnownJobType): RegisteredHandler {
    const { type } = known.record;
    const served = this.types.get(type) ?? this.createType(known);
    this.types.set(type, served);
    if (served.known.version !== known.version) {
      served.known = known;
      served.registered = { ...served.registered, definition: describeEndpoint(known) };
      served.gate.change(this.needsOf(known.record));
    }
    return served.registered;
  }

  private createType(known: KnownJobType): ServedType {
    const { secrets, sender } = this.options;
    const gate = new EndpointGate(this.needsOf(known.record));
    const { type } = known.record;
    const handler = new EndpointHandler(sender, gate, () => ({
      url: served.known.record.endpoint!.url,
      secrets: secrets.of(type),
    }));
    const registered = { definition: describeEndpoint(known), handler, gate };
    const served: ServedType = { known, registered, gate };
    return served;
  }

  private needsOf({ type, endpoint }: JobTypeRecord): Needs {
    return {
      server: this.options.servers.of(new URL(endpoint!.url).origin),
      maxInFlight: endpoint!.maxInFlight,
      isSigned: this.isSigned(type),
    };
  }

  private isSigned(type: string): boolean {
    return this.options.secrets.of(type).length > 0;
  }

  private forgetTypes(wanted: ReadonlySet<string>): void {
    for (const [type, { gate }] of this.types) {
      if (wanted.has(type)) continue;
      this.types.delete(type);
      gate.close();
    }
  }
}

function shapeOf(types: readonly KnownJobType[]): QueueShape {
  // Where two types of one queue define it in two ways, the newer one counts, as in the book.
  const [newest] = [...types].sort((one, other) => other.version - one.version);
  const delays = [...new Set(types.flatMap(({ record }) => record.backoffMs))].sort((a, b) => a - b);
  return { queue: newest!.record.queue, delays };
}
