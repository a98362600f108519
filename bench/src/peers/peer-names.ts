import { UsageError } from '../usage-error.js';

/**
 * Who can be measured beside the platform, by the name that `--peer` takes. `bullmq-always`: Redis writes to the disk before each
 * answer, in place of once a second.
 */
export const peerNames = ['bullmq', 'bullmq-always', 'celery', 'pg-boss', 'graphile'] as const;
export type PeerName = (typeof peerNames)[number];

/** The peers that were named, each once; `all` names every one. Throws {@link UsageError}. */
export function readPeerNames(names: readonly string[]): PeerName[] {
  for (const name of names) {
    if (name !== 'all' && !(peerNames as readonly string[]).includes(name))
      throw new UsageError(`--peer takes one of ${peerNames.join(', ')}, or all, not "${name}".`);
  }
  return peerNames.filter((name) => names.includes('all') || names.includes(name));
}
