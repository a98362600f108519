import { describe, expect, it } from '@jest/globals';
import { findLastWords, findWordsOf } from './last-words.js';

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

  it('says once what the message and its error both say, and adds what caused it', () => {
    const line =
      '{"level":"fatal","msg":"api ends: Port 1 is taken.","err":{"message":"Port 1 is taken.: EADDRINUSE"}}';
    expect(findLastWords(line)).toBe('api ends: Port 1 is taken.: EADDRINUSE');
  });

  it('finds the error that nobody caught', () => {
    const log = "file:///x.js:1\nSyntaxError: no export 'a'\n    at async x (y.js:1:2)\n\nNode.js v20.20.2\n";
    expect(findLastWords(log)).toBe("SyntaxError: no export 'a'");
  });

  it('finds what Kafka and Postgres say of their end', () => {
    const kafka = [
      '2026-11-24T07:00:00.000Z [main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception',
      'java.lang.RuntimeException: stopped',
      '\tat kafka.Kafka$.main(Kafka.scala:1)',
      'Caused by: java.io.IOException: No space left on device',
      '\t... 4 more',
    ];
    expect(findLastWords(kafka.join('\n'))).toBe('Caused by: java.io.IOException: No space left on device');
    const postgres = [
      '2026-11-24 UTC [7] PANIC:  could not write',
      '2026-11-24 UTC [7] LOG:  database system is shut down',
    ];
    expect(findLastWords(postgres.join('\n'))).toBe('2026-11-24 UTC [7] PANIC:  could not write');
  });

  it('takes the last line of any other log', () => {
    expect(findLastWords('one\ntwo\n\n')).toBe('two');
    expect(findLastWords('')).toBe('');
  });

  it('is what a program wrote rather than how it was called', () => {
    const error = Object.assign(new Error('Command failed: initdb --pgdata /x'), {
      stderr: 'initdb: error\nno room\n',
    });
    expect(findWordsOf(error)).toBe('no room');
    expect(findWordsOf(new Error('spawn EACCES'))).toBe('spawn EACCES');
  });
});
