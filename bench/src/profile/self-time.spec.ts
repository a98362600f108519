import { describe, expect, it } from '@jest/globals';
import { moduleOf, summarize } from './self-time.js';

const frame = (id: number, functionName: string, url = '') => ({
  id,
  callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
});

describe('summarize', () => {
  it('adds up self time by module, in shares of what was not idle', () => {
    const batch = 'file:///r/libs/kafka/src/record-batch.ts';
    const profile = {
      nodes: [
        frame(1, '(idle)'),
        frame(2, 'write', batch),
        frame(3, 'size', batch),
        frame(4, 'on', 'node:net'),
      ],
      samples: [1, 2, 3, 2, 4],
      timeDeltas: [50, 10, 20, 5, 15],
    };
    expect(summarize(profile)).toEqual([
      { module: 'idle', share: 0.5, functions: [] },
      {
        module: 'libs/kafka/record-batch',
        share: 0.7,
        functions: [
          { name: 'size', share: 0.4 },
          { name: 'write', share: 0.3 },
        ],
      },
      { module: 'node net', share: 0.3, functions: [{ name: 'on', share: 0.3 }] },
    ]);
  });
});

describe('moduleOf', () => {
  it.each([
    ['parse', 'file:///r/node_modules/zod/v4/core/parse.js', 'npm zod'],
    ['get', 'file:///r/node_modules/@nestjs/core/node_modules/tslib/a.js', 'npm tslib'],
    ['use', 'file:///r/node_modules/@nestjs/core/index.js', 'npm @nestjs/core'],
    ['(garbage collector)', '', '(garbage collector)'],
    ['writev', '', 'V8 and native code'],
  ])('%s of %s is %s', (name, url, module) => {
    expect(moduleOf(name, url)).toBe(module);
  });
});
