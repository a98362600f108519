import { describe, expect, it } from '@jest/globals';
import { CopyMemory } from './copy-memory.js';

const partition = { topic: 'jobs.probe', partition: 0 };

describe('CopyMemory', () => {
  it('calls the same attempt at a higher offset a copy, at its own offset met again', () => {
    const memory = new CopyMemory();
    expect(memory.meet(partition, 'a/1/1', 5)).toBe('first');
    expect(memory.meet(partition, 'a/1/1', 5)).toBe('again');
    expect(memory.meet(partition, 'a/1/1', 9)).toBe('copy');
    expect(memory.meet(partition, 'a/1/2', 10)).toBe('first');
  });

  it('keeps partitions apart', () => {
    const memory = new CopyMemory();
    memory.meet(partition, 'a/1/1', 5);
    expect(memory.meet({ ...partition, partition: 1 }, 'a/1/1', 9)).toBe('first');
    expect(memory.meet({ ...partition, topic: 'jobs.probe.high' }, 'a/1/1', 9)).toBe('first');
  });

  it('forgets a lost partition', () => {
    const memory = new CopyMemory();
    memory.meet(partition, 'a/1/1', 5);
    memory.forget([partition]);
    expect(memory.meet(partition, 'a/1/1', 9)).toBe('first');
  });

  it('remembers the last so many attempts, no more', () => {
    const memory = new CopyMemory(3);
    ['a', 'b', 'c', 'd'].forEach((attempt, offset) => memory.meet(partition, attempt, offset));
    expect(memory.meet(partition, 'b', 10)).toBe('copy');
    expect(memory.meet(partition, 'd', 11)).toBe('copy');
    expect(memory.meet(partition, 'a', 12)).toBe('first');
  });
});
