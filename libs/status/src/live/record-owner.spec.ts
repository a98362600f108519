import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { ownerOf } from './record-owner.js';

const id = newJobId();
const of = (text: string) => ownerOf({ value: Buffer.from(text) });

describe('the owner of a record', () => {
  it('is at a fixed position in our records, whatever their key', () => {
    const { value } = encodeRecord({
      run: 1,
      attempt: 1,
      phase: 'queued',
      createdAt: 0,
      value: {
        v: 1,
        id,
        type: 'probe.run',
        queue: 'probe',
        payload: {},
        priority: 'normal',
        maxAttempts: 1,
        orderingKey: newJobId(),
      },
    });
    expect(value.startsWith(`{"v":1,"id":"${id}"`)).toBe(true);
    expect(of(value)).toBe(id);
  });

  it('is found in foreign records too', () => {
    expect(of(`{ "type": "probe.run", "id": "${id.toUpperCase()}", "v": 1 }`)).toBe(id);
    expect(of(`{"v":1,"id":"${id}`)).toBeUndefined();
  });

  it.each(['', 'x', '{}', '{"id":7}', '[]', 'null', '{"v":1,"id":"short"'])('is undefined for %j', (text) => {
    expect(of(text)).toBeUndefined();
  });

  it('is undefined for a tombstone', () => expect(ownerOf({ value: null })).toBeUndefined());
});
