import { describe, expect, it } from '@jest/globals';
import { describeTable, type Columns } from './table.js';

interface Row {
  readonly id: number;
  readonly text: string | null;
}

const columns: Columns<Row> = { ID: ({ id }) => id, NAME: ({ text }) => text, TEXT: ({ text }) => text };

describe('a table', () => {
  it('stands in columns, also with wide characters and without values', () => {
    const rows = [
      { id: 1, text: '猫' },
      { id: 22, text: null },
      { id: 3, text: 'abc' },
    ];
    expect(describeTable(rows, columns, undefined)).toBe(
      'ID  NAME  TEXT\n1   猫    猫\n22  -     -\n3   abc   abc',
    );
  });

  it('fits the terminal by its last column, and is whole elsewhere', () => {
    const rows = [{ id: 1, text: '猫'.repeat(50) }];
    const two: Columns<Row> = { ID: ({ id }) => id, TEXT: ({ text }) => text };
    expect(describeTable(rows, two, 24)).toBe(`ID  TEXT\n1   ${'猫'.repeat(9)}…`);
    expect(describeTable(rows, two, undefined)).toContain('猫'.repeat(50));
    expect(describeTable(rows, two, 3)).toContain('猫猫猫');
  });

  it('keeps each row in its line, and shows what a terminal would obey', () => {
    const rows = [{ id: 1, text: 'a\n\u001b[31mb' }];
    expect(describeTable(rows, columns, undefined).split('\n')[1]).toContain('a\\n\\u001b[31mb');
  });
});
