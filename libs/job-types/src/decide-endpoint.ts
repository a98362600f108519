import type { JobTypeRecord } from '@jobstream/contracts/records';
import { succeed } from './decide-publication.js';

/** What is known when somebody puts a job type with an endpoint. */
export interface EndpointFacts {
  /** The record in force under this name; undefined where there is none. */
  readonly standing: JobTypeRecord | undefined;
  /** The other types of its queue that are in force. */
  readonly neighbours: readonly JobTypeRecord[];
  /** Whether a worker serves the standing definition now. Only asked where it has no endpoint. */
  readonly isServed: boolean;
}

/** What follows. `taken`: `why` says who has the type or the queue, and what to do. */
export type EndpointDecision =
  | { readonly kind: 'stands' }
  | { readonly kind: 'publish'; readonly record: JobTypeRecord }
  | { readonly kind: 'taken'; readonly why: string };

/**
 * Whether a job type with an endpoint comes into force. A queue is served either by workers or over HTTP: a member of its group that
 * does not know a type would set its jobs aside.
 */
export function decideEndpoint(mine: JobTypeRecord, facts: EndpointFacts): EndpointDecision {
  const { standing, neighbours, isServed } = facts;
  const ofWorker = neighbours.find(({ endpoint }) => endpoint === undefined);
  if (ofWorker)
    return {
      kind: 'taken',
      why: `Workers serve the queue "${mine.queue.name}": "${ofWorker.type}" of ${ofWorker.owner}. Take a queue of its own.`,
    };
  if (standing === undefined) return { kind: 'publish', record: mine };
  if (standing.endpoint !== undefined && standing.queue.name !== mine.queue.name)
    return {
      kind: 'taken',
      why: `Jobs of "${mine.type}" may wait in the queue "${standing.queue.name}", so it stays there. To move it, delete it once they have run.`,
    };
  if (standing.owner === mine.owner)
    return standing.fingerprint === mine.fingerprint
      ? { kind: 'stands' }
      : { kind: 'publish', record: succeed(standing, mine) };
  if (standing.endpoint !== undefined || isServed)
    return {
      kind: 'taken',
      why: `"${mine.type}" belongs to ${standing.owner}. Take another name, or have it deleted first.`,
    };
  return { kind: 'publish', record: succeed(standing, mine) };
}
