import { describe, expect, it } from '@jest/globals';
import type { JobExplanation } from '@jobstream/contracts/rest';
import { describeExplanation } from './describe-explanation.js';

const explanation: JobExplanation = {
  id: '019b0000-0000-7000-8000-000000000000',
  run: 1,
  attempt: 1,
  state: null,
  verdict: 'It waits for this. The end of 21 jobs.',
  cause: {
    code: 'flow',
    text: 'The end of 21 jobs.',
    remedy: 'See why they do not end.',
    since: null,
    until: null,
    jobs: ['019b0000-0000-7000-8000-000000000001'],
    workers: [],
    ahead: null,
    limit: null,
    place: null,
    flow: {
      id: '019b0000-0000-7000-8000-000000000002',
      state: 'running',
      name: 'last',
      standing: 'waiting',
      waits: 21,
      waitsFor: [{ name: 'page-0', id: '019b0000-0000-7000-8000-000000000001', state: 'started' }],
    },
  },
  behind: [],
  start: { p50Seconds: null, p90Seconds: null, why: 'Nobody can know when what holds it ends.' },
};

describe('the explanation of a job as text', () => {
  it('names the flow of a job that has not started, what it waits for, and how many more', () => {
    expect(describeExplanation(explanation).split('\n')).toEqual([
      'It waits for this. The end of 21 jobs.',
      '',
      'now       flow: The end of 21 jobs.',
      'flow      019b0000-0000-7000-8000-000000000002 (running), in which it is last',
      'job       019b0000-0000-7000-8000-000000000001  started    page-0',
      '          and 20 more: npx jobstream flows get 019b0000-0000-7000-8000-000000000002',
      'to do     See why they do not end.',
      '',
      'starts    unknown. Nobody can know when what holds it ends.',
    ]);
  });

  it('names the jobs of any other cause in one line', () => {
    const cause = { ...explanation.cause!, code: 'ordering_key', flow: null } as const;
    expect(describeExplanation({ ...explanation, cause })).toContain(
      '\njobs      019b0000-0000-7000-8000-000000000001\n',
    );
  });
});
