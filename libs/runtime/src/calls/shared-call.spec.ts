import { describe, expect, it } from '@jest/globals';
import { SharedCall } from './shared-call.js';

function held() {
  const answers: ((answer: number | Error) => void)[] = [];
  const shared = new SharedCall(
    () =>
      new Promise<number>((resolve, reject) =>
        answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
  );
  return { shared, answers };
}

const turn = () => new Promise(setImmediate);

describe('a shared call', () => {
  it('never answers with a question that began before the call', async () => {
    const { shared, answers } = held();
    const first = shared.call();
    await turn();
    const later = [shared.call(), shared.call()];
    answers[0]!(1);
    expect(await first).toBe(1);
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]!(2);
    expect(await Promise.all(later)).toEqual([2, 2]);
  });

  it('asks again after a failure', async () => {
    const { shared, answers } = held();
    const first = shared.call();
    await turn();
    const second = shared.call();
    answers[0]!(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    answers[1]!(2);
    expect(await second).toBe(2);
  });
});
