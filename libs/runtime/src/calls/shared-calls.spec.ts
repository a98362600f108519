import { describe, expect, it } from '@jest/globals';
import { SharedCalls } from './shared-calls.js';

function held() {
  const asked: { question: string; answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const calls = new SharedCalls(
    (question) =>
      new Promise<string>((answer, fail) => {
        asked.push({ question, answer, fail });
      }),
  );
  return { calls, asked };
}

const turn = () => new Promise(setImmediate);

describe('shared calls', () => {
  it('ask a question once for all who ask it at the same time, and others beside it', async () => {
    const { calls, asked } = held();
    const answers = ['a', 'b', 'a'].map((question) => calls.call(question));
    await turn();
    expect(asked.map(({ question }) => question)).toEqual(['a', 'b']);
    asked[1]!.answer('of b');
    expect(await answers[1]).toBe('of b');
    asked[0]!.answer('of a');
    expect(await Promise.all(answers)).toEqual(['of a', 'of b', 'of a']);
  });

  it('never answer with a question that began before the call', async () => {
    const { calls, asked } = held();
    const first = calls.call('a');
    await turn();
    const later = calls.call('a');
    asked[0]!.answer('old');
    expect(await first).toBe('old');
    await turn();
    asked[1]!.answer('new');
    expect(await later).toBe('new');
  });

  it('keep nothing of questions that are answered, or have failed', async () => {
    const { calls, asked } = held();
    const answers = [calls.call('a'), calls.call('b')];
    await turn();
    asked[0]!.answer('of a');
    asked[1]!.fail(new Error('away'));
    await expect(Promise.all(answers)).rejects.toThrow('away');
    expect(calls.size).toBe(0);
  });
});
