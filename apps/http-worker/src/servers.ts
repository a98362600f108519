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
  private readonly waiting = new Set<() => void>();
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

  /** Whether nothing is lost when it is forgotten. */
  get isIdle(): boolean {
    return this.waiting.size === 0 && this.circuit.isClean;
  }

  /**
   * A pass counts by the first of its methods that is called.
   * @returns undefined while it may not be called; then `again` is called once when that may have changed
   */
  enter(again: () => void): CircuitPass | undefined {
    const pass = this.circuit.enter();
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

  /** Tells those that wait when a probe is due. While one is under way, its end does. */
  private schedule(): void {
    clearTimeout(this.timer);
    const { pauseMs } = this.circuit;
    if (pauseMs === undefined) return;
    this.timer = setTimeout(() => this.wake(), Math.ceil(pauseMs));
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const again of waiting) again();
  }
}

/** The servers that endpoints are on, by origin. */
export class Servers {
  private readonly byOrigin = new Map<string, Server>();

  constructor(private readonly options: ServersOptions) {}

  of(origin: string): Server {
    for (const [known, server] of this.byOrigin)
      if (known !== origin && server.isIdle) this.byOrigin.delete(known);
    let server = this.byOrigin.get(origin);
    if (server === undefined) this.byOrigin.set(origin, (server = new Server(origin, this.options)));
    return server;
  }

  /** The origins that are not called at present, but for probes. */
  failing(): string[] {
    return [...this.byOrigin.values()].flatMap(({ isOpen, origin }) => (isOpen ? [origin] : []));
  }

  stop(): void {
    for (const server of this.byOrigin.values()) server.stop();
  }
}
