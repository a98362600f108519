import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { below, processorTimes, programOf, readProcesses, totalTime } from './processor-time.js';

describe('processor time', () => {
  it.each([
    ['node --max-semi-space-size=32 /x/apps/image-worker/dist/bundle.js', 'image-worker'],
    ['/jdk/bin/java -Xmx1G -cp libs/* kafka.Kafka server.properties', 'kafka'],
    ['/cache/postgres/bin/postgres -D /data', 'postgres'],
    ['postgres: walwriter ', 'postgres'],
    ['/usr/bin/node /x/libs/images/dist/rendering/render-process.js 20000', 'render-process'],
    ['node /x/bench/peers/bullmq-worker.mjs', 'bullmq-worker'],
    ['redis-server 127.0.0.1:6379', 'redis-server'],
  ])('of %s is called that of %s', (line, program) => {
    expect(programOf(line.split(' '))).toBe(program);
  });

  it('of a program that has written its title over its arguments is called as the title begins', () => {
    expect(programOf(['redis-server 127.0.0.1:6379', ''])).toBe('redis-server');
    expect(programOf(['postgres: walwriter ', ''])).toBe('postgres');
  });

  it('is that of a process and of all below it, and of no other', () => {
    const parents = { 2: 1, 3: 2, 4: 3, 5: 2, 6: 1 };
    const all = Object.entries(parents).map(([pid, parent]) => ({
      pid: Number(pid),
      parent,
      args: [],
      ms: 1,
      endedMs: 0,
    }));
    expect(below(2, all).map(({ pid }) => pid)).toEqual([2, 3, 5, 4]);
  });

  (process.platform === 'linux' ? it : it.skip)('grows while this process computes', () => {
    const total = () => [...processorTimes().values()].reduce((sum, ms) => sum + ms, 0);
    const before = total();
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user < user + 50_000) Math.random();
    expect(total()).toBeGreaterThanOrEqual(before + 30);
  });

  (process.platform === 'linux' ? it : it.skip)('in total keeps that of children that have ended', () => {
    const before = totalTime(process.pid, readProcesses());
    spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 200_000);']);
    expect(totalTime(process.pid, readProcesses())).toBeGreaterThanOrEqual(before + 150);
  });
});
