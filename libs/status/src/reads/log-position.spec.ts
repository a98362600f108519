import { describe, expect, it } from '@jest/globals';
import { LogPosition } from './log-position.js';

describe('how far a job was followed', () => {
  it('is the highest offset of each partition, and survives being text', () => {
    const position = new LogPosition();
    position.advance({ topic: 'jobs.probe', partition: 3, offset: 17 });
    position.advance({ topic: 'jobs.events', partition: 0, offset: 2 });
    position.advance({ topic: 'jobs.events', partition: 0, offset: 5 });
    position.advance({ topic: 'jobs.events', partition: 0, offset: 4 });
    expect(position.toString()).toBe('jobs.probe/3/17;jobs.events/0/5');
    const read = LogPosition.parse(position.toString())!;
    expect(read.toString()).toBe(position.toString());
    expect(read.has({ topic: 'jobs.events', partition: 0, offset: 5 })).toBe(true);
    expect(read.has({ topic: 'jobs.events', partition: 0, offset: 6 })).toBe(false);
    expect(read.has({ topic: 'jobs.events', partition: 1, offset: 0 })).toBe(false);
  });

  it('is put together from others, and says where the log was read to', () => {
    const [here, there] = ['jobs.events/2/5;jobs.probe/0/7', 'jobs.events/2/3;jobs.events/0/0'].map((text) =>
      LogPosition.parse(text)!,
    );
    expect(LogPosition.of([here!, there!]).ends()).toEqual(
      new Map([
        ['jobs.events', [1, 0, 6]],
        ['jobs.probe', [8]],
      ]),
    );
    expect(there!.ends()).toEqual(new Map([['jobs.events', [1, 0, 4]]]));
  });
});
