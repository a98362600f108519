import type { Differences } from '@jobstream/contracts/rest';
import type { RebuildEnd } from './rebuild-store.js';

/** The generations differ, and the new one was to be taken only if they did not. */
export function differing(schema: string, differences: Differences): RebuildEnd {
  return {
    state: 'failed',
    keptSchema: schema,
    differences,
    failure: {
      code: 'generations_differ',
      message:
        `${differences.total} rows differ from the live ones, so these stay. Both are there to look at: the rebuilt ` +
        `ones in schema ${schema}. The log is the truth: POST …/swap takes the rebuilt ones all the same, ` +
        'DELETE …/kept drops them.',
    },
  };
}

/** Postgres has no room for it. */
export const noRoom: RebuildEnd = {
  state: 'failed',
  failure: {
    code: 'rebuild_no_room',
    message: "Postgres' disk was full, so what was built is dropped. Make room for it, then ask again.",
  },
};

/** A rebuild that killed its process so often is not tried again. */
export const maxDeaths = 3;

/** Its processes died of it. */
export const runnersDied: RebuildEnd = {
  state: 'failed',
  failure: {
    code: 'runner_died',
    message:
      `The projector that carried it out died ${maxDeaths} times, so it is not tried again and what was built is ` +
      'dropped. Look into the log of the projectors for why, then ask for a new one.',
  },
};

/** Something that no repetition can mend. */
export function broken({ message }: Error): RebuildEnd {
  return { state: 'failed', failure: { code: 'rebuild_broken', message } };
}
