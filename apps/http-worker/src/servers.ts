import { Circuit, type CircuitPass, type ServerHealth } from '@jobstream/calls';

export interface ServersOptions {
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
  /** Called when a server is called no more, and when it is called again. */
  readonly onChange: (origin: string, isOpen: boolean) => void;
}

/** One server, as the endpoints on it see it. */
export class Server {
  private readonly circuit: Circuit;
  /** Those that were refused, in the order in which they get the next probes. */
  private readonly waiting = new Set<() => void>();
  /** Whose turn it is, while one of them is told. */
  private turn: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wasOpen = false;

  constructor(
    readonly origin: string,
    private readonly options: ServersOptions,
  ) {
    this.circuit = new Circuit({ monotonic: options.monotonic });
  }

  get isOpen(): boolean {
    return this.circuit.isOpen;
  }

  /**
   * A pass counts by the first of its methods that is called.
   * @param again stands for who asks: those that wait get the probes in turn
   * @returns undefined while it may not be called; then `again` is called once when that may have changed
   */
  enter(again: () => void): CircuitPass | undefined {
    const mayAsk = !this.isOpen || this.waiting.size === 0 || this.turn === again;
    const pass = mayAsk ? this.circuit.enter() : undefined;
    if (pass === undefined) {
      this.waiting.add(again);
      this.schedule();
      return undefined;
    }
    let isOver = false;
    const once = (step: () => void) => {
      if (isOver) return;
      isOver = true;
      step();
      this.noteChange();
    };
    return {
      isProbe: pass.isProbe,
      end: (health: ServerHealth) => once(() => pass.end(health)),
      giveUp: () => once(() => pass.giveUp()),
    };
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private noteChange(): void {
    const { isOpen } = this.circuit;
    if (isOpen !== this.wasOpen) {
      this.wasOpen = isOpen;
      this.options.onChange(this.origin, isOpen);
    }
    if (this.waiting.size > 0) this.schedule();
  }

  /** Tells those that wait when the next call may pass. */
  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.ceil(this.circuit.pauseMs));
  }

  /** Whoever takes a probe and has more jobs goes to the end: otherwise a type that always fails would take them all. */
  private wake(): void {
    for (const again of [...this.waiting]) {
      if (this.circuit.pauseMs > 0) return this.schedule();
      this.waiting.delete(again);
      this.turn = again;
      again();
      this.turn = undefined;
    }
  }
}

/** The servers that endpoints are on, by origin. */
export class Servers {
  private readonly byOrigin = new Map<string, Server>();

  constructor(private readonly options: ServersOptions) {}

  of(origin: string): Server {
    let server = this.byOrigin.get(origin);
    if (server === undefined) this.byOrigin.set(origin, (server = new Server(origin, this.options)));
    return server;
  }

  /** Forgets all others: nobody asks them any more. */
  keepOnly(servers: ReadonlySet<Server>): void {
    for (const [origin, server] of this.byOrigin) {
      if (servers.has(server)) continue;
      this.byOrigin.delete(origin);
      server.stop();
    }
  }

  /** The origins that are not called at present, but for probes. */
  failing(): string[] {
    return [...this.byOrigin.values()].flatMap(({ isOpen, origin }) => (isOpen ? [origin] : []));
  }

  stop(): void {
    for (const server of this.byOrigin.values()) server.stop();
  }
}
