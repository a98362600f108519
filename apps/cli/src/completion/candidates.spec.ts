import { describe, expect, it } from '@jest/globals';
import { makeProgram } from '../program.js';
import { findCandidates, type KnownName } from './candidates.js';
import { joinWords, writeCandidates } from './shells.js';

const names: Readonly<Record<KnownName, string[]>> = {
  type: ['probe.run', 'image.thumbnail', '$(touch /tmp/owned)', '-rf', 'a\u001b[31m'],
  queue: ['probe', 'print'],
  schedule: ['nightly'],
};

async function offeredFor(...words: string[]): Promise<readonly string[] | 'files'> {
  const program = makeProgram({}, () => Promise.resolve());
  const found = await findCandidates(program, words, async (name) => names[name]);
  return found === 'files' ? found : found.map(({ word }) => word);
}

describe('the words that a shell offers', () => {
  it.each([
    [['sub'], ['submit']],
    [
      ['jobs', ''],
      [
        'list',
        'count',
        'get',
        'explain',
        'history',
        'runs',
        'watch',
        'result',
        'logs',
        'throughput',
        'replay',
        'help',
      ],
    ],
    [['jobs', 'li'], ['list']],
    [['help', ''], []],
    [
      ['submit', ''],
      ['probe.run', 'image.thumbnail'],
    ],
    [['submit', 'pro'], ['probe.run']],
    [['submit', '--delay', '5s', 'pro'], ['probe.run']],
    [['submit', '--wait', 'probe.run', '--del'], ['--delay']],
    [['submit', 'probe.run', '--', '--de'], []],
    [
      ['pause', 'p'],
      ['probe', 'print'],
    ],
    [['redrive', '--queue', 'pro'], ['probe']],
    [['redrive', '--queue=pro'], ['--queue=probe']],
    [['schedules', 'put', 'ni'], ['nightly']],
    [['schedules', 'put', 'nightly', 'im'], ['image.thumbnail']],
    [['jobs', 'list', '--state', 'dead'], ['dead_lettered']],
    [['keys', 'create', 'web', '--scope', 're'], ['read']],
    [['jobs', '--js'], ['--json']],
    [['completion', 'z'], ['zsh']],
    [['batch', ''], 'files'],
    [['images', 'thumbnail', 'cat', '-o', ''], 'files'],
    [['jobs', 'get', ''], []],
    [['nonsense', 'jobs', ''], []],
    [['__'], []],
  ])('after %j are %j', async (words, offered) => expect(await offeredFor(...words)).toEqual(offered));

  it('are those of the program at the empty line', async () => {
    expect(await offeredFor('')).toEqual(expect.arrayContaining(['submit', 'jobs', 'health', 'completion']));
    expect(await offeredFor()).toEqual(await offeredFor(''));
  });
});

describe('the answer to a script', () => {
  it('has words and descriptions, in bash no descriptions and no option before the value', () => {
    const candidates = [{ word: '--queue=probe', description: 'a queue' }];
    expect(writeCandidates('zsh', candidates)).toBe('words\n--queue=probe\ta queue\n');
    expect(writeCandidates('bash', candidates)).toBe('words\nprobe\n');
    expect(writeCandidates('fish', 'files')).toBe('files\n');
  });

  it('takes for one word what bash has cut at =', () => {
    expect(joinWords('bash', ['redrive', '--queue', '=', 'pro'])).toEqual(['redrive', '--queue=pro']);
    expect(joinWords('bash', ['redrive', '--queue', '='])).toEqual(['redrive', '--queue=']);
    expect(joinWords('fish', ['a', '=', 'b'])).toEqual(['a', '=', 'b']);
  });
});
