import { describe, expect, it } from '@jest/globals';
import { describeExit, findLastWords, restartDelayMs } from './keep-running.js';

describe('restartDelayMs', () => {
  it('doubles from half a second up to fifteen', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(restartDelayMs)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
  });
});

describe('describeExit', () => {
  it('tells a code from a signal', () => {
    expect(describeExit({ code: 1, signal: null })).toBe('ended with code 1');
    expect(describeExit({ code: null, signal: 'SIGKILL' })).toBe('was ended by SIGKILL');
  });
});

describe('findLastWords', () => {
  it('prefers the last failure that was logged', () => {
    const log = [
      '{"level":"info","msg":"starts"}',
      '{"level":"fatal","msg":"api ends","err":{"message":"KAFKA_BROKERS is not set"}}',
      '{"level":"info","msg":"closed"}',
    ].join('\n');
    expect(findLastWords(log)).toBe('api ends: KAFKA_BROKERS is not set');
  });

  it('says an error once when the message holds it', () => {
    expect(findLastWords('{"level":"error","msg":"failed: no disk","err":{"message":"no disk"}}')).toBe(
      'failed: no disk',
    );
  });

  it('finds the error that nobody caught', () => {
    const log = "file:///x.js:1\nSyntaxError: no export 'a'\n    at async x (y.js:1:2)\n\nNode.js v20.20.2\n";
    expect(findLastWords(log)).toBe("SyntaxError: no export 'a'");
  });

  it('keeps a message whole, to the remedy at its end, and cuts what nobody would read', () => {
    const message = `${'The settings make no sense. '.repeat(50)}Set KAFKA_BROKERS.`;
    expect(findLastWords(JSON.stringify({ level: 'fatal', msg: message }))).toBe(message);
    expect(findLastWords('x'.repeat(1_000_000)).length).toBeLessThan(5_000);
  });

  it('takes the last line of any other log', () => {
    expect(findLastWords('one\ntwo\n\n')).toBe('two');
    expect(findLastWords('')).toBe('');
  });
});
