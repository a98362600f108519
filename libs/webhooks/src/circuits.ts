import { Circuit, type CircuitOptions } from '@jobstream/calls';

/** Circuits that are remembered; those that have seen no failure are forgotten beyond it. */
const maxRemembered = 10_000;

/** A circuit for each origin that is called. */
export class Circuits {
  private readonly byOrigin = new Map<string, Circuit>();

  constructor(private readonly options: CircuitOptions) {}

  /** The circuit of an origin, closed if it is new. */
  of(origin: string): Circuit {
    const known = this.byOrigin.get(origin);
    if (known) return known;
    if (this.byOrigin.size >= maxRemembered) this.forgetClean();
    const circuit = new Circuit(this.options);
    this.byOrigin.set(origin, circuit);
    return circuit;
  }

  private forgetClean(): void {
    for (const [origin, { isClean }] of this.byOrigin) if (isClean) this.byOrigin.delete(origin);
  }
}
