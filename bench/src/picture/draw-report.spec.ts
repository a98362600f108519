import { describe, expect, it } from '@jest/globals';
import type { Report } from '../report.js';
import { formatMarkdown } from '../report-text.js';
import { drawReport } from './draw-report.js';

const report: Report = {
  at: '2026-11-30T12:00:00.000Z',
  command: 'npm run bench -- --peer celery',
  commit: '0123456789',
  machine: { cpu: 'A & B <fast>', cores: 2, memoryGiB: 24, node: 'v20.20.2' },
  rounds: 2,
  sides: {
    platform: { versions: ['jobstream 0.1.0'], durability: 'in the log', setup: 'as it is' },
    celery: { versions: ['celery 5.7.0', 'Redis 7'], durability: 'once a second', setup: 'prefork' },
  },
  results: [
    {
      figure: 'drain',
      title: 'drain of waiting jobs',
      targets: [{ of: 'value', measure: 'jobs/s', atLeast: 5_000 }],
      measured: { platform: [{ 'jobs/s': 12_000 }, { 'jobs/s': 14_000 }], celery: [{ 'jobs/s': 1_000 }] },
      verdicts: [{ target: { of: 'value', measure: 'jobs/s', atLeast: 5_000 }, value: 13_000, met: true }],
      failures: [{ side: 'celery', message: 'redis is gone\nat line 1' }],
    },
    {
      figure: 'start',
      title: 'seconds until it is ready',
      targets: [],
      measured: { platform: [] },
      verdicts: [],
      failures: [{ side: 'platform', message: 'no git' }],
    },
  ],
};

describe('drawReport', () => {
  it('holds the figures, the versions, what is kept and the command, and no word as markup', () => {
    const svg = drawReport(report);
    for (const word of [
      '>13,000<',
      '1,000  (ours 12.00 ×)',
      'celery 5.7.0',
      'once a second',
      '--peer celery',
    ])
      expect(svg).toContain(word);
    expect(svg).toContain('A &amp; B &lt;fast&gt;');
    expect(svg).not.toContain('<fast>');
  });

  it('has each element closed', () => {
    const open: string[] = [];
    for (const [, end, name] of drawReport(report).matchAll(/<(\/?)(\w+)[^>]*>/g))
      if (end === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    expect(open).toEqual([]);
  });
});

describe('formatMarkdown', () => {
  it('tells what was measured, and what failed', () => {
    const text = formatMarkdown(report);
    expect(text).toContain('| jobs/s | 13,000 (12,000 to 14,000) | 1,000 | 12.00 |');
    expect(text).toContain('- reached jobs/s at least 5,000: 13,000');
    expect(text).toContain('- FAILED celery: redis is gone\n');
    expect(text).toContain('## start\n\nSeconds until it is ready.\n\n- FAILED platform: no git');
    expect(text).toContain('| celery | celery 5.7.0, Redis 7 | once a second | prefork |');
  });
});
