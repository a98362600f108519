import { describe, expect, it } from '@jest/globals';
import { LogPosition } from './log-position.js';

describe('a log position', () => {
  it('has the highest offset of each partition, and is read back from its text', () => {
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

  it('merges others, and gives the offsets after them', () => {
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
