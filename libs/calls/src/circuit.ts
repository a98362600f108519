import type { CallEnding } from './call-ending.js';

export interface CircuitOptions {
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
  /** Failures in a row that open it. Default 5. */
  readonly maxFailures?: number;
  /** Before the first probe; doubled with each probe that fails. Default 1,000. */
  readonly minPauseMs?: number;
  /** Default 30,000. */
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
  | { readonly kind: 'probing'; readonly pauseMs: number };

/** The right to make one call. It has to be given back by one of its methods. */
export interface CircuitPass {
  readonly isProbe: boolean;
  end(health: ServerHealth): void;
  /** The call was not made, or was stopped from here: it tells nothing. */
  giveUp(): void;
}

/**
 * Keeps calls from a server that fails. It opens after repeated failures: no call passes then, but a probe after each pause. A
 * call that shows that the server works closes it.
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

  /** Whether it is closed and has seen no failure since the last success: forgetting it loses nothing. */
  get isClean(): boolean {
    return this.state.kind === 'closed' && this.state.failures === 0;
  }

  /** The milliseconds before {@link enter} can give a pass; undefined while a probe is under way. */
  get pauseMs(): number | undefined {
    switch (this.state.kind) {
      case 'closed':
        return 0;
      case 'open':
        return Math.max(this.state.probeAt - this.options.monotonic(), 0);
      case 'probing':
        return undefined;
    }
  }

  /** @returns undefined when no call may be made now */
  enter(): CircuitPass | undefined {
    const { pauseMs } = this;
    if (pauseMs === undefined || pauseMs > 0) return undefined;
    const isProbe = this.state.kind === 'open';
    if (this.state.kind === 'open') this.state = { kind: 'probing', pauseMs: this.state.pauseMs };
    return {
      isProbe,
      end: (health) => this.note(health, isProbe),
      giveUp: () => {
        if (isProbe && this.state.kind === 'probing') this.open(this.state.pauseMs, 0);
      },
    };
  }

  private note(health: ServerHealth, isProbe: boolean): void {
    const { state } = this;
    if (health === 'working') {
      this.state = { kind: 'closed', failures: 0 };
    } else if (state.kind === 'closed') {
      const failures = state.failures + (health === 'failing' ? 1 : 0);
      if (failures >= this.maxFailures) this.open(this.minPauseMs);
      else this.state = { kind: 'closed', failures };
    } else if (isProbe && state.kind === 'probing') {
      this.open(Math.min(state.pauseMs * 2, this.maxPauseMs));
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
      return ending.status >= 500 && ending.shouldRetry === undefined ? 'failing' : 'working';
    case 'failed':
      return 'failing';
    case 'timed-out':
    case 'forbidden':
      return 'silent';
  }
}
