import { describe, expect, it } from '@jest/globals';
import { Inbox } from './inbox.js';

describe('an inbox', () => {
  it('gives items in order, both earlier ones and those that come during the wait', async () => {
    const inbox = new Inbox<number>(new AbortController().signal);
    inbox.push(1);
    inbox.push(2);
    expect([await inbox.next(1_000), await inbox.next(1_000)]).toEqual([1, 2]);
    const next = inbox.next(60_000);
    inbox.push(3);
    expect(await next).toBe(3);
  });

  it('waits no longer than told, and not at all once aborted', async () => {
    const aborting = new AbortController();
    const inbox = new Inbox<number>(aborting.signal);
    expect(await inbox.next(1)).toBeUndefined();
    const next = inbox.next(60_000);
    aborting.abort();
    expect(await next).toBeUndefined();
    expect(await inbox.next(60_000)).toBeUndefined();
  });

  it('tells that it has dropped items', () => {
    const inbox = new Inbox<number>(new AbortController().signal);
    for (let n = 0; n < 10_000; n++) inbox.push(n);
    expect(inbox.overflowed).toBe(false);
    inbox.push(1);
    expect(inbox.overflowed).toBe(true);
  });
});
