import { describe, expect, it } from '@jest/globals';
import { readPeerNames } from './peer-names.js';

describe('readPeerNames', () => {
  it('takes each peer once, whatever the order, and all of them by one word', () => {
    expect(readPeerNames([])).toEqual([]);
    expect(readPeerNames(['celery', 'bullmq', 'celery'])).toEqual(['bullmq', 'celery']);
    expect(readPeerNames(['all'])).toHaveLength(5);
  });

  it('names the peers that there are when it does not know one', () => {
    expect(() => readPeerNames(['sidekiq'])).toThrow(
      '--peer takes one of bullmq, bullmq-always, celery, pg-boss, graphile, or all, not "sidekiq".',
    );
  });
});
