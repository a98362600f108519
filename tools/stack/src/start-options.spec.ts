import { describe, expect, it } from '@jest/globals';
import { readStartOptions } from './start-options.js';
import { UsageError } from './usage-error.js';

describe('readStartOptions', () => {
  it('starts one broker and the usual numbers unless told otherwise', () => {
    expect(readStartOptions([])).toEqual({
      action: 'start',
      fresh: false,
      watch: false,
      brokers: 1,
      scale: new Map(),
    });
  });

  it('reads numbers of processes, the last one of a service winning', () => {
    const { scale, brokers } = readStartOptions([
      '--scale',
      'image-worker=3',
      '--scale=probe-worker=0',
      '--scale=image-worker=2',
      '--brokers=3',
    ]);
    expect(scale).toEqual(
      new Map([
        ['image-worker', 2],
        ['probe-worker', 0],
      ]),
    );
    expect(brokers).toBe(3);
  });

  it.each([
    [['--scale', 'image=3'], /Services: api, projector/],
    [['--scale', 'image-worker'], /image-worker takes a whole number/],
    [['--scale', 'image-worker=-1'], /from 0 to 32/],
    [['--scale', 'image-worker=2=3'], /<service>=<n>/],
    [['--brokers', '0'], /from 1 to 5/],
    [['--brokers', '1e1'], /whole number/],
    [['--clean'], /--clean/],
    [['fresh'], /fresh/],
  ])('refuses %j', (args, message) => {
    expect(() => readStartOptions(args)).toThrow(UsageError);
    expect(() => readStartOptions(args)).toThrow(message);
  });
});
