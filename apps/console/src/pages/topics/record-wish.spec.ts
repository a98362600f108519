import { describe, expect, it } from '@jest/globals';
import { readWish } from './record-wish.js';

describe('the records that a URL asks for', () => {
  it.each([
    ['', { partition: 0 }],
    ['partition=2', { partition: 2 }],
    ['partition=2&offset=7&since=2026-01-31T10:00:00Z', { partition: 2, offset: 7 }],
    ['since=2026-01-31T10:00:00Z', { partition: 0, since: new Date('2026-01-31T10:00:00Z') }],
    ['offset=9999999999999999', { partition: 0, fault: 'An offset is a whole number.' }],
    ['offset=-1', { partition: 0, fault: 'An offset is a whole number.' }],
    ['partition=x&offset=1', { partition: 0, fault: 'A partition is a whole number.' }],
    ['since=soon', { partition: 0, fault: 'Write a time as 2026-01-31T10:00:00Z.' }],
  ])('for %j are %j', (query, wish) => {
    expect(readWish(new URLSearchParams(query))).toEqual(wish);
  });
});
