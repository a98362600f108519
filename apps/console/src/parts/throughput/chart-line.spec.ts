import { describe, expect, it } from '@jest/globals';
import { drawLine } from './chart-line.js';

describe('the line of a chart', () => {
  it('has a step for each part of time, the most of them as high as the drawing', () => {
    expect(drawLine([0, 5, 10, 10], 100, 40)).toEqual({
      total: 25,
      most: 10,
      mostAt: 2,
      path: 'M0 40V40H25V20H50V0H75V0H100V40Z',
    });
  });

  it('draws large counts within its bounds', () => {
    const { most, path } = drawLine([Number.MAX_SAFE_INTEGER, 1], 100, 40);
    expect([most, path]).toEqual([Number.MAX_SAFE_INTEGER, 'M0 40V0H50V40H100V40Z']);
  });

  it.each([[[]], [[0, 0, 0]]])('draws nothing of %j', (counts) => {
    expect(drawLine(counts, 100, 40)).toEqual({ total: 0, most: 0, mostAt: -1, path: '' });
  });
});
