import { describe, expect, it } from '@jest/globals';
import { stepErrorOf } from './step-error.js';

describe('the error of a job of a flow', () => {
  it('has at most 500 characters, all of which Postgres can hold', () => {
    expect(stepErrorOf('a\0b', `\0${'x'.repeat(600)}`)).toEqual({
      code: 'a\ufffdb',
      message: `\ufffd${'x'.repeat(499)}`,
    });
  });
});
