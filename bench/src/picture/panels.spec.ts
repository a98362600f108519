import { describe, expect, it } from '@jest/globals';
import type { Result } from '../report.js';
import { panelsOf } from './panels.js';

const drain: Result = {
  figure: 'drain',
  title: 'drain',
  targets: [
    { of: 'bare', measure: 'jobs/s', atLeast: 0.5 },
    { of: 'bullmq', measure: 'jobs/s', atLeast: 1.5 },
  ],
  measured: {
    platform: [
      {
        'jobs/s': 10,
        seconds: 1,
        'CPU µs a job': 30,
        'CPU µs a job of api': 20,
        'CPU µs a job of kafka': 10,
      },
      {
        'jobs/s': 14,
        seconds: 2,
        'CPU µs a job': 50,
        'CPU µs a job of api': 40,
        'CPU µs a job of kafka': 10,
      },
    ],
    bare: [{ 'jobs/s': 20 }, { 'jobs/s': 20 }],
    bullmq: [{ 'jobs/s': 5 }, { 'jobs/s': 7 }],
  },
  verdicts: [],
  failures: [],
};

describe('panelsOf', () => {
  it('draws what has a target, with the hardest goal, the spread and the ratio of neighbours', () => {
    const [panel] = panelsOf({ results: [drain] });
    expect(panel).toMatchObject({ figure: 'drain', measure: 'jobs/s', better: 'more', goal: 10 });
    expect(panel!.bars).toEqual([
      {
        label: 'platform',
        side: 'platform',
        median: 12,
        lowest: 10,
        highest: 14,
        ratio: undefined,
        parts: [],
      },
      { label: 'bare', side: 'bare', median: 20, lowest: 20, highest: 20, ratio: 0.6, parts: [] },
      { label: 'bullmq', side: 'bullmq', median: 6, lowest: 5, highest: 7, ratio: 2, parts: [] },
    ]);
  });

  it('takes a sum apart by process, and leaves out what has no target', () => {
    const panels = panelsOf({ results: [drain] });
    expect(panels.map(({ measure }) => measure)).toEqual(['jobs/s', 'CPU µs a job']);
    expect(panels[1]!.bars).toEqual([
      expect.objectContaining({
        label: 'platform',
        median: 40,
        parts: [
          { process: 'api', value: 30 },
          { process: 'kafka', value: 10 },
        ],
      }),
    ]);
  });

  it('draws a bar for each process where there is no sum', () => {
    const memory = { 'MiB at rest of api': 90, 'MiB at rest of projector': 80 };
    const result = { ...drain, figure: 'memory', targets: [], measured: { platform: [memory] } };
    const [panel, ...more] = panelsOf({ results: [result] });
    expect(more).toEqual([]);
    expect(panel).toMatchObject({ measure: 'MiB at rest', better: 'less', goal: undefined });
    expect(panel!.bars.map(({ label, median }) => [label, median])).toEqual([
      ['api', 90],
      ['projector', 80],
    ]);
  });

  it('draws nothing of a figure that failed', () => {
    expect(panelsOf({ results: [{ ...drain, measured: { platform: [] } }] })).toEqual([]);
  });
});
