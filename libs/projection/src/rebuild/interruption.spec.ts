import { describe, expect, it } from '@jest/globals';
import { InterruptedError, Interruption } from './interruption.js';

const never = new Promise<string>(() => undefined);

describe('an interruption', () => {
  it('ends the wait for what never ends, with its first reason', async () => {
    const interruption = new Interruption();
    const waiting = interruption.unless(never);
    const failure = new Error('The disk is full.');
    interruption.interrupt(failure);
    interruption.interrupt('stopped');
    await expect(waiting).rejects.toBe(failure);
    await expect(interruption.unless(never)).rejects.toBe(failure);
    await expect(interruption.unless(Promise.reject(new Error('late')))).rejects.toBe(failure);
  });

  it('leaves alone what ends before', async () => {
    const interruption = new Interruption();
    await expect(interruption.unless(Promise.resolve('done'))).resolves.toBe('done');
    await expect(interruption.unless(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    interruption.interrupt('cancelled');
    await expect(interruption.unless(Promise.resolve('done'))).rejects.toEqual(
      new InterruptedError('cancelled'),
    );
  });
});
