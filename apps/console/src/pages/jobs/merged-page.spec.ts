import { describe, expect, it } from '@jest/globals';
import { mergePage } from './merged-page.js';

const item = (id: string, state = 'queued') => ({ id, state });

describe('a page that is read again', () => {
  it('keeps its rows, shows each as it is now, and counts those that came', () => {
    const merged = mergePage([item('3'), item('2'), item('1')], [item('5'), item('4'), item('3', 'running')]);
    expect(merged).toEqual({ shown: [item('3', 'running'), item('2'), item('1')], newer: 2 });
  });

  it('takes everything where it was empty', () => {
    expect(mergePage([], [item('1')])).toEqual({ shown: [item('1')], newer: 0 });
  });
});
