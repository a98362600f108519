import { describe, expect, it } from '@jest/globals';
import { deriveJobId, isJobId, newJobId } from './job-id.js';

describe('job ids', () => {
  it('are UUIDv7', () => {
    expect(isJobId(newJobId())).toBe(true);
    expect(isJobId('6ba7b810-9dad-41d1-80b4-00c04fd430c8')).toBe(false);
    expect(isJobId('nonsense')).toBe(false);
  });

  it('derive the same valid id from the same seed and name, with the seed’s time', () => {
    const seed = '0190163d-8694-739b-aea5-966c26f8ad91';
    const id = deriveJobId(seed, 'item:7');
    expect(id).toBe(deriveJobId(seed.toUpperCase(), 'item:7'));
    expect(isJobId(id)).toBe(true);
    expect(id.slice(0, 13)).toBe(seed.slice(0, 13));
    expect(new Set([id, deriveJobId(seed, 'item:8'), deriveJobId(newJobId(), 'item:7')]).size).toBe(3);
  });
});
