import { Circuit, type CircuitOptions } from '@jobstream/calls';
import { LRUCache } from 'lru-cache';

/** Circuits that are remembered: those of the origins that were called last. */
const maxRemembered = 10_000;

/** A circuit for each origin that is called. */
export class Circuits {
  private readonly byOrigin = new LRUCache<string, Circuit>({ max: maxRemembered });

  constructor(private readonly options: CircuitOptions) {}

  /** The circuit of an origin, closed if it is new. */
  of(origin: string): Circuit {
    const known = this.byOrigin.get(origin);
    if (known) return known;
    const circuit = new Circuit(this.options);
    this.byOrigin.set(origin, circuit);
    return circuit;
  }
}
