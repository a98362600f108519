import type { CircuitPass } from '@jobstream/calls';
import type { GatedJob, LeaveGate, StartGate } from '@jobstream/execution';
import type { Server } from './servers.js';

/** What the jobs of a type need to start. */
export interface Needs {
  readonly server: Server;
  readonly maxInFlight: number;
  /** Whether calls can be signed. */
  readonly isSigned: boolean;
}

interface Wish {
  readonly job: GatedJob;
  readonly admit: (leave: LeaveGate) => void;
}

/**
 * Holds the jobs of an endpoint back while its server fails, while as many attempts run as may, and while no secret is known. The
 * first that came is the first that is admitted.
 */
export class EndpointGate implements StartGate {
  private readonly wishes = new Set<Wish>();
  /** Of admitted jobs whose call has not begun. */
  private readonly passes = new Map<string, CircuitPass>();
  private admitted = 0;
  private isClosed = false;
  private readonly look = () => this.admitAll();

  constructor(private needs: Needs) {}

  /** The server that its jobs go to. */
  get server(): Server {
    return this.needs.server;
  }

  get waiting(): number {
    return this.wishes.size;
  }

  get inFlight(): number {
    return this.admitted;
  }

  enter(job: GatedJob, admit: (leave: LeaveGate) => void): () => void {
    const wish = { job, admit };
    this.wishes.add(wish);
    this.admitAll();
    return () => this.wishes.delete(wish);
  }

  /** The pass of an admitted job, for its call. Undefined when it has been taken. */
  take({ id, run }: GatedJob): CircuitPass | undefined {
    const key = keyOf({ id, run });
    const pass = this.passes.get(key);
    this.passes.delete(key);
    return pass;
  }

  /** What the type needs has changed. */
  change(needs: Partial<Needs>): void {
    this.needs = { ...this.needs, ...needs };
    this.admitAll();
  }

  /** The type is gone: everything is admitted, because the worker knows what to do about that. */
  close(): void {
    this.isClosed = true;
    this.admitAll();
  }

  private admitAll(): void {
    for (const wish of this.wishes) {
      const leave = this.isClosed ? () => undefined : this.admitOne(wish.job);
      if (leave === undefined) return;
      this.wishes.delete(wish);
      wish.admit(leave);
    }
  }

  private admitOne(job: GatedJob): LeaveGate | undefined {
    const { server, maxInFlight, isSigned } = this.needs;
    if (!isSigned || this.admitted >= maxInFlight) return undefined;
    const pass = server.enter(this.look);
    if (pass === undefined) return undefined;
    this.admitted += 1;
    this.passes.set(keyOf(job), pass);
    return () => {
      this.admitted -= 1;
      if (this.passes.get(keyOf(job)) === pass) {
        this.passes.delete(keyOf(job));
        pass.giveUp();
      }
      this.admitAll();
    };
  }
}

function keyOf({ id, run }: GatedJob): string {
  return `${id}_${run}`;
}
