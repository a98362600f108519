import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { AlarmBoard } from './alarm-board.js';
import { KafkaConnection } from './connection.js';

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

  it('tells of a standing alarm once, until it is cleared', () => {
    const { board, logged, told, up } = boardWith();
    board.raise('metadata_bound', 't', 0, 'offset 1 holds back');
    board.raise('metadata_bound', 't', 0, 'offset 2 holds back');
    board.raise('metadata_bound', 't', 1, 'offset 7 holds back');
    expect(told).toEqual(['offset 1 holds back', 'offset 7 holds back']);
    board.clear('metadata_bound', 't', 0);
    expect(up()).toEqual(['offset 7 holds back']);
    board.raise('metadata_bound', 't', 0, 'offset 3 holds back');
    expect(told.at(-1)).toBe('offset 3 holds back');
    expect(logged).toEqual([]);
  });

  it('tells of each loss of records, and once of each', () => {
    const { board, logged, told, up } = boardWith();
    for (const lost of ['10 to 20', '10 to 20', '50 to 90']) board.raise('offset_out_of_range', 't', 0, lost);
    expect(told).toEqual(['10 to 20', '50 to 90']);
    expect(logged).toEqual([]);
    expect(up()).toEqual(['50 to 90']);
  });

  it('logs an alarm itself where nobody is told', () => {
    const logged: string[] = [];
    const board = new AlarmBoard((_, message) => logged.push(message));
    board.raise('log_cut', 't', 0, 'lost');
    expect(logged).toEqual(['lost']);
  });

  it('counts in the metrics of its process what stands, of each code, until its consumer ends', async () => {
    const metrics = new Registry();
    const connection = new KafkaConnection({ brokers: ['127.0.0.1:1'], clientId: 'test' }, metrics);
    const [one, other] = [connection.openAlarmBoard(), connection.openAlarmBoard()];
    one.raise('log_cut', 't', 0, 'lost');
    one.raise('log_cut', 't', 1, 'lost');
    one.raise('unreadable_batch', 't', 1, 'broken');
    other.raise('log_cut', 'u', 0, 'lost');
    const counts = async () => {
      const { values } = await metrics.getSingleMetric('jobstream_consumer_alarms')!.get();
      return Object.fromEntries(values.map(({ labels, value }) => [String(labels.alarm), value]));
    };
    expect(await counts()).toMatchObject({ log_cut: 3, unreadable_batch: 1, loop_stalled: 0 });
    one.clearHeld({ topic: 't', partition: 1 });
    connection.closeAlarmBoard(other);
    expect(await counts()).toMatchObject({ log_cut: 1, unreadable_batch: 0 });
  });
});
