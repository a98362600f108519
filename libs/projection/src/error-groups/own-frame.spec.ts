import { describe, expect, it } from '@jest/globals';
import { ownFrameOf } from './own-frame.js';

const stackOf = (...frames: string[]) =>
  ['Error: no', ...frames.map((frame) => `    at ${frame}`)].join('\n');

describe('the own frame of a stack', () => {
  it('is the first that is neither of Node nor of a package', () => {
    const stack = stackOf(
      'node:internal/process/task_queues:95:5',
      'Socket.emit (node:events:524:28)',
      'Pool.query (/app/node_modules/pg/lib/pool.js:45:11)',
      'Array.map (<anonymous>)',
      'async Promise.all (index 0)',
      'async ThumbnailHandler.render (file:///app/dist/render.js:10:5)',
      'async run (file:///app/dist/main.js:1:1)',
    );
    expect(ownFrameOf(stack)).toBe('ThumbnailHandler.render render.js');
  });

  it.each([
    ['new Order (/srv/a/order.ts:1:2)', 'Order order.ts'],
    ['C:\\app\\dist\\order.js:3:4', 'order.js'],
    ['Object.<anonymous> (/srv/v2/order-17.js:3)', 'Object.<anonymous> order-#.js'],
  ])('is told without lines, columns and folders: %s', (frame, told) => {
    expect(ownFrameOf(stackOf(frame))).toBe(told);
  });

  it('stays where a release moves its line or its folder', () => {
    const before = stackOf('pay (/srv/release-1/pay.js:10:5)');
    expect(ownFrameOf(stackOf('pay (/srv/release-2/pay.js:400:17)'))).toBe(ownFrameOf(before));
  });

  it.each([
    '',
    'Traceback (most recent call last):\n  File "x.py", line 3, in pay',
    stackOf('eval (eval at pay (x.js:1:1), <anonymous>:1:1)'),
    `at ${'('.repeat(200_000)}`,
    `at ${' ('.repeat(200_000)}`,
    'at a\n'.repeat(50_000),
  ])('is empty where none can be told', (stack) => {
    const begun = performance.now();
    expect(ownFrameOf(stack)).toBe('');
    expect(performance.now() - begun).toBeLessThan(200);
  });
});
