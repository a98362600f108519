import { describe, expect, it } from '@jest/globals';
import { addEnds, decideFlowState, isOver, letsGo, type FlowStanding } from './decide-flow.js';

const flow: FlowStanding = {
  state: 'running',
  onFailure: 'cancel',
  total: 3,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  lostEnds: 0,
};

describe('the state of a flow', () => {
  it.each<[Partial<FlowStanding>, string]>([
    [{}, 'running'],
    [{ succeeded: 2 }, 'running'],
    [{ succeeded: 3 }, 'succeeded'],
    [{ failed: 1 }, 'failing'],
    [{ failed: 1, cancelled: 2 }, 'failed'],
    [{ succeeded: 2, cancelled: 1 }, 'failed'],
    [{ onFailure: 'continue', failed: 1 }, 'running'],
    [{ onFailure: 'continue', failed: 1, succeeded: 2 }, 'succeeded'],
    [{ onFailure: 'continue', failed: 1, lostEnds: 1 }, 'failing'],
    [{ onFailure: 'continue', failed: 1, lostEnds: 1, succeeded: 2 }, 'failed'],
    [{ state: 'cancelling', cancelled: 1 }, 'cancelling'],
    [{ state: 'cancelling', failed: 1, cancelled: 2 }, 'cancelled'],
    [{ state: 'cancelling', succeeded: 3 }, 'succeeded'],
  ])('follows from %j: %s', (changes, state) => {
    expect(decideFlowState({ ...flow, ...changes })).toBe(state);
    const { succeeded, failed, cancelled, total } = { ...flow, ...changes };
    expect(isOver(state as FlowStanding['state'])).toBe(succeeded + failed + cancelled === total);
  });

  it('counts each end, and those that nobody waited for', () => {
    const ended = [
      { state: 'succeeded', isLast: true },
      { state: 'failed', isLast: false },
      { state: 'cancelled', isLast: true },
    ] as const;
    expect(addEnds(flow, ended)).toEqual({ total: 3, succeeded: 1, failed: 1, cancelled: 1, lostEnds: 1 });
  });
});

describe('the end of a job', () => {
  it('lets those go that wait for it if it succeeded, or if the flow continues', () => {
    expect(letsGo({ state: 'succeeded' }, 'cancel')).toBe(true);
    for (const state of ['failed', 'cancelled'] as const) {
      expect(letsGo({ state }, 'cancel')).toBe(false);
      expect(letsGo({ state }, 'continue')).toBe(true);
    }
  });
});
