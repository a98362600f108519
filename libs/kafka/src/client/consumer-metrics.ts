import { Gauge, type Registry } from 'prom-client';
import type { AlarmBoard } from './alarm-board.js';
import { alarmCodes } from './consumer-health.js';

/** Counts the standing alarms of a process' consumers by their codes; a code without alarms is 0. */
export function addAlarmGauge(registry: Registry, boards: () => Iterable<AlarmBoard>): void {
  new Gauge({
    name: 'jobstream_consumer_alarms',
    help: 'Alarms of the consumers in this process that stand, by what they tell.',
    labelNames: ['alarm'],
    registers: [registry],
    collect() {
      const counts = new Map<string, number>(alarmCodes.map((code) => [code, 0]));
      for (const { alarms } of boards())
        for (const { code } of alarms) counts.set(code, counts.get(code)! + 1);
      for (const [alarm, count] of counts) this.set({ alarm }, count);
    },
  });
}
