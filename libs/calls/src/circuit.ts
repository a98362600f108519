import { readShouldRetry, type CallEnding } from './call-ending.js';

export interface CircuitOptions {
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
  /** Failures in a row that open it. Default 5. */
  readonly maxFailures?: number;
  /** Before the first probe; doubled with each probe that fails. Default 1,000. */
  readonly minPauseMs?: number;
  /** The longest pause, and the time after which a probe that has not ended keeps no other one back. Default 30,000. */
  readonly maxPauseMs?: number;
}

/**
 * What a call says about its server: that it works, that it does not, or nothing. A server that stays silent may be slow with this
 * call alone: that opens no circuit, but it closes none either.
 */
export type ServerHealth = 'working' | 'failing' | 'silent';

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly probeAt: number; readonly pauseMs: number }
  /** `probeAt`: when another probe may follow, should this one take long. */
  | { readonly kind: 'probing'; readonly probeAt: number; readonly pauseMs: number };

type Probing = Extract<State, { kind: 'probing' }>;

/** The right to make one call. It has to be given back by one of its methods. */
export interface CircuitPass {
  readonly isProbe: boolean;
  end(health: ServerHealth): void;
  /** The call was not made, or was stopped from here: it tells nothing. */
  giveUp(): void;
}

/**
 * Keeps calls from a server that fails. It opens after repeated failures: no call passes then, but a probe after each pause. A
 * call that shows that the server works closes it. A probe that takes long does not keep others back for ever.
 */
export class Circuit {
  private state: State = { kind: 'closed', failures: 0 };
  private readonly maxFailures: number;
  private readonly minPauseMs: number;
  private readonly maxPauseMs: number;

  constructor(private readonly options: CircuitOptions) {
    this.maxFailures = options.maxFailures ?? 5;
    this.minPauseMs = options.minPauseMs ?? 1_000;
    this.maxPauseMs = options.maxPauseMs ?? 30_000;
  }

  get isOpen(): boolean {
    return this.state.kind !== 'closed';
  }

  /** The milliseconds before {@link enter} can give a pass, unless a call ends before that. */
  get pauseMs(): number {
    return this.state.kind === 'closed' ? 0 : Math.max(this.state.probeAt - this.options.monotonic(), 0);
  }

  /** @returns undefined when no call may be made now */
  enter(): CircuitPass | undefined {
    if (this.pauseMs > 0) return undefined;
    const probe = this.state.kind === 'closed' ? undefined : this.probe(this.state.pauseMs);
    return {
      isProbe: probe !== undefined,
      end: (health) => this.note(health, probe),
      giveUp: () => {
        if (probe !== undefined && this.state === probe) this.open(probe.pauseMs, 0);
      },
    };
  }

  private probe(pauseMs: number): Probing {
    const probing: Probing = {
      kind: 'probing',
      pauseMs,
      probeAt: this.options.monotonic() + this.maxPauseMs,
    };
    this.state = probing;
    return probing;
  }

  /** @param probe set for the pass of a probe; only the newest one opens the circuit again */
  private note(health: ServerHealth, probe: Probing | undefined): void {
    const { state } = this;
    if (health === 'working') {
      this.state = { kind: 'closed', failures: 0 };
    } else if (state.kind === 'closed') {
      const failures = state.failures + (health === 'failing' ? 1 : 0);
      if (failures >= this.maxFailures) this.open(this.minPauseMs);
      else this.state = { kind: 'closed', failures };
    } else if (probe !== undefined && state === probe) {
      this.open(Math.min(probe.pauseMs * 2, this.maxPauseMs));
    }
  }

  private open(pauseMs: number, waitMs = pauseMs): void {
    this.state = { kind: 'open', pauseMs, probeAt: this.options.monotonic() + waitMs };
  }
}

/** What a call's ending says about its server. */
export function healthOf(ending: CallEnding): ServerHealth {
  switch (ending.kind) {
    case 'answered':
      // A server that says whether to come again has its wits together.
      return ending.status >= 500 && readShouldRetry(ending.shouldRetry) === undefined
        ? 'failing'
        : 'working';
    case 'failed':
      return 'failing';
    case 'timed-out':
    case 'forbidden':
      return 'silent';
  }
}
