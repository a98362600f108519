import { describe, expect, it } from '@jest/globals';
import { CopyMemory } from './copy-memory.js';

const partition = { topic: 'jobs.probe', partition: 0 };

describe('CopyMemory', () => {
  it('tells a copy (a higher offset) from a rerun (the same offset)', () => {
    const memory = new CopyMemory();
    expect(memory.note(partition, 'a/1/1', 5)).toBe('first');
    expect(memory.note(partition, 'a/1/1', 5)).toBe('rerun');
    expect(memory.note(partition, 'a/1/1', 9)).toBe('copy');
    expect(memory.note(partition, 'a/1/2', 10)).toBe('first');
  });

  it('keeps partitions apart', () => {
    const memory = new CopyMemory();
    memory.note(partition, 'a/1/1', 5);
    expect(memory.note({ ...partition, partition: 1 }, 'a/1/1', 9)).toBe('first');
    expect(memory.note({ ...partition, topic: 'jobs.probe.high' }, 'a/1/1', 9)).toBe('first');
  });

  it('forgets a lost partition', () => {
    const memory = new CopyMemory();
    memory.note(partition, 'a/1/1', 5);
    memory.forget([partition]);
    expect(memory.note(partition, 'a/1/1', 9)).toBe('first');
  });

  it('remembers a bounded number of attempts', () => {
    const memory = new CopyMemory(3);
    ['a', 'b', 'c', 'd'].forEach((attempt, offset) => memory.note(partition, attempt, offset));
    expect(memory.note(partition, 'b', 10)).toBe('copy');
    expect(memory.note(partition, 'd', 11)).toBe('copy');
    expect(memory.note(partition, 'a', 12)).toBe('first');
  });
});
