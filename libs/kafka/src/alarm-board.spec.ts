import { describe, expect, it } from '@jest/globals';
import { AlarmBoard } from './alarm-board.js';

describe('AlarmBoard', () => {
  const boardWith = () => {
    const logged: string[] = [];
    const told: string[] = [];
    const board = new AlarmBoard(
      (_, message) => logged.push(message),
      ({ message }) => told.push(message),
    );
    return { board, logged, told, up: () => board.alarms.map(({ message }) => message) };
  };

  it('tells of what stands once, until it is cleared', () => {
    const { board, logged, told, up } = boardWith();
    board.raise('metadata_bound', 't', 0, 'offset 1 holds back');
    board.raise('metadata_bound', 't', 0, 'offset 2 holds back');
    board.raise('metadata_bound', 't', 1, 'offset 7 holds back');
    expect(told).toEqual(['offset 1 holds back', 'offset 7 holds back']);
    board.clear('metadata_bound', 't', 0);
    expect(up()).toEqual(['offset 7 holds back']);
    board.raise('metadata_bound', 't', 0, 'offset 3 holds back');
    expect(told.at(-1)).toBe('offset 3 holds back');
    expect(logged).toEqual(told);
  });

  it('tells of each loss of records, and once of each', () => {
    const { board, logged, told, up } = boardWith();
    for (const lost of ['10 to 20', '10 to 20', '50 to 90']) board.raise('offset_out_of_range', 't', 0, lost);
    expect(told).toEqual(['10 to 20', '50 to 90']);
    expect(logged).toEqual(told);
    expect(up()).toEqual(['50 to 90']);
  });
});
