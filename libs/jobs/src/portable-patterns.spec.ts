import { spawnSync } from 'node:child_process';
import { parseRegExpLiteral, visitRegExpAST } from '@eslint-community/regexpp';
import { describe, expect, it } from '@jest/globals';
import { describeJobType } from '@jobstream/contracts';
import { describeRestInterface } from '@jobstream/contracts/openapi';
import { describeTopics } from '@jobstream/contracts/asyncapi';
import { jobDefinitions, queues } from './catalogue.js';

/** Every value under a key of this name, wherever it is in a document. */
function collect<Value>(name: string, isWanted: (value: unknown) => value is Value, node: unknown): Value[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === name && isWanted(value) ? [value] : []),
    ...collect(name, isWanted, value),
  ]);
}

const isText = (value: unknown) => typeof value === 'string';
const documents = [describeRestInterface(jobDefinitions.map(describeJobType)), describeTopics(queues.keys())];
const patterns = [...new Set(collect('pattern', isText, documents))];

/** What a pattern uses beyond the subset that JSON Schema (2020-12, core 6.4) asks authors to keep to, for the sake of other engines. */
function beyondPortable(pattern: string): string[] {
  const found: string[] = [];
  visitRegExpAST(parseRegExpLiteral(new RegExp(pattern)), {
    onAssertionEnter: ({ kind, raw }) => {
      if (kind !== 'start' && kind !== 'end') found.push(raw);
    },
    onBackreferenceEnter: ({ raw }) => void found.push(raw),
    onCapturingGroupEnter: ({ name, raw }) => {
      if (name !== null) found.push(raw);
    },
    onModifiersEnter: ({ raw }) => void found.push(raw),
    onCharacterSetEnter: ({ kind, raw }) => {
      if (kind === 'property') found.push(raw);
    },
    // Half of a pair, an escape of ECMAScript alone (`\cA`, `\/` is the slash itself), or an escape that is no escape there: `\p`.
    onCharacterEnter: ({ value, raw }) => {
      const isHalf = value >= 0xd800 && value <= 0xdfff;
      if (
        isHalf ||
        value > 0xffff ||
        /^\\[A-Za-z]/.test(raw.replace(/^\\(x[\dA-F]{2}|u[\dA-F]{4}|[tnvfr])$/, ''))
      )
        found.push(raw);
    },
  });
  return found;
}

describe('the patterns of the documents', () => {
  it('use only syntax that all engines of regular expressions read alike', () => {
    expect(patterns.length).toBeGreaterThan(8);
    expect(patterns.flatMap((pattern) => beyondPortable(pattern).map((piece) => [piece, pattern]))).toEqual(
      [],
    );
  });

  it.each(['\\p{C}', '(?=a)', '(?<!a)b', '(a)\\1', '(?<name>a)', '\\uDB40[\\uDC00-\\uDC7F]', '\\cA', '😀'])(
    'would fail this check with %s',
    (pattern) => expect(beyondPortable(pattern)).not.toEqual([]),
  );

  it.each(['', 'u'])('are regular expressions of ECMAScript with the flags "%s"', (flags) => {
    for (const pattern of patterns) expect(() => new RegExp(pattern, flags)).not.toThrow();
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  (hasPython ? it : it.skip)('are regular expressions of Python (skipped where there is no python3)', () => {
    const script =
      'import json,re,sys\nfor each in json.load(sys.stdin): re.compile(each)\nprint("compiled")';
    const { stdout, stderr } = spawnSync('python3', ['-W', 'error', '-c', script], {
      input: JSON.stringify(patterns),
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['compiled\n', '']);
  });
});
