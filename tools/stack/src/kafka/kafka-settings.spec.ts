import { describe, expect, it } from '@jest/globals';
import { formatProperties, kafkaSettings } from './kafka-settings.js';

const nodes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    nodeId: index + 1,
    port: 9_001 + index,
    controllerPort: 9_101 + index,
    dataFolder: `/data/node-${index + 1}`,
  }));
const of = (count: number, more = {}) => kafkaSettings(nodes(count)[0]!, nodes(count), more);

describe('kafkaSettings', () => {
  it('keeps everything on one node of one, and two of three in sync on three', () => {
    expect(of(1)).toMatchObject({ 'offsets.topic.replication.factor': 1, 'min.insync.replicas': 1 });
    expect(of(3)).toMatchObject({ 'offsets.topic.replication.factor': 3, 'min.insync.replicas': 2 });
    expect(of(5)).toMatchObject({ 'offsets.topic.replication.factor': 3, 'min.insync.replicas': 2 });
  });

  it('names every node as a voter', () => {
    expect(of(3)['controller.quorum.voters']).toBe('1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103');
  });

  it('listens on this machine alone', () => {
    expect(String(of(1).listeners).match(/\d+\.\d+\.\d+\.\d+/g)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('lets a test change a setting', () => {
    expect(of(1, { 'message.max.bytes': 10 })['message.max.bytes']).toBe(10);
  });
});

describe('formatProperties', () => {
  it.each([
    ['x\\y', 'x\\\\y'],
    ['/home/jörg/日本', '/home/j\\u00f6rg/\\u65e5\\u672c'],
    ['/a b/😀', '/a b/\\ud83d\\ude00'],
    ['  two spaces before', '\\  two spaces before'],
    ['a\nb\tc', 'a\\u000ab\\u0009c'],
    ['#=:!%\'"', '#=:!%\'"'],
  ])('writes %j as Java reads it', (value, written) => {
    expect(formatProperties({ 'log.dirs': value, port: 1 })).toBe(`log.dirs=${written}\nport=1\n`);
  });

  it('escapes what would end a name', () => {
    expect(formatProperties({ 'a b=c:d': 1 })).toBe('a\\ b\\=c\\:d=1\n');
  });
});
