import type { PublicationName } from './decide-publication.js';

/** A definition that a worker serves, as the other members of its consumer group and the brokers' tools see it. */
export function labelOf({ owner, fingerprint }: PublicationName): string {
  return `${fingerprint} ${owner}`;
}

/** The definitions that members of a consumer group serve, from their labels. Other labels are passed over. */
export function servedBy(labels: readonly (readonly string[])[]): PublicationName[] {
  return labels.flat().flatMap((label) => {
    const [, fingerprint, owner] = /^([0-9a-f]{64}) (.+)$/.exec(label) ?? [];
    return fingerprint !== undefined && owner !== undefined ? [{ fingerprint, owner }] : [];
  });
}
