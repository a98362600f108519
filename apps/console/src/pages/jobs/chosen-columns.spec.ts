import { describe, expect, it } from '@jest/globals';
import { columnNames, readColumns, writeColumns, type ColumnName } from './chosen-columns.js';

describe('the columns of the list of jobs', () => {
  it.each([[undefined], [''], ['lost'], ['<script>,'], [',,,']])(
    'are those that are shown anyway for %j',
    (text) => {
      const columns = readColumns(text);
      expect(columns).toEqual([
        'id',
        'state',
        'type',
        'queue',
        'for',
        'created',
        'ended',
        'attempt',
        'error',
      ]);
      expect(writeColumns(columns)).toBeUndefined();
    },
  );

  it.each<[string, readonly ColumnName[]]>([
    ['took,id', ['id', 'took']],
    ['error', ['id', 'error']],
    ['state,state,lost', ['id', 'state']],
    [columnNames.join(','), columnNames],
  ])('are the known ones of %s, each once, in their order and behind the job', (text, columns) => {
    expect(readColumns(text)).toEqual(columns);
    expect(readColumns(writeColumns(columns))).toEqual(columns);
  });

  it('keep the job when everything else is taken away', () => {
    expect(writeColumns([])).toBe('id');
    expect(readColumns('id')).toEqual(['id']);
  });
});
