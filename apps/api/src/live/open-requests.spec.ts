import { setMaxListeners } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@jobstream/runtime';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../access/key-ring.js';
import { trafficSettings } from '../http/traffic-settings.js';
import { OpenRequests } from './open-requests.js';

const usual = readSettings(trafficSettings, {});

function caller(keyId: string): { caller: Caller; ip: string } {
  const revoked = new AbortController().signal;
  setMaxListeners(0, revoked);
  return { caller: { keyId, revoked } as unknown as Caller, ip: '::1' };
}

function reply(request: { caller?: Caller; ip?: string } = {}): FastifyReply {
  return { raw: new ServerResponse(new IncomingMessage(new Socket())), request } as FastifyReply;
}

describe('OpenRequests', () => {
  it('end with their connection, and all at once when drained', () => {
    const requests = new OpenRequests(usual);
    const [left, stays] = [reply(), reply()];
    const [leaving, staying] = [requests.signalOf(left), requests.signalOf(stays)];
    left.raw.emit('close');
    expect([leaving.aborted, staying.aborted]).toEqual([true, false]);
    requests.drain();
    expect([staying.aborted, requests.signalOf(reply()).aborted]).toEqual([true, true]);
  });

  it('are at most 10,000, not counting those whose client has left', () => {
    const requests = new OpenRequests(usual);
    const gone = reply();
    gone.raw.destroy();
    for (let count = 0; count < 10_001; count++) expect(requests.signalOf(gone).aborted).toBe(true);
    const open = Array.from({ length: 10_000 }, (_, nth) => reply(caller(`key ${nth % 10}`)));
    for (const each of open) expect(requests.signalOf(each).aborted).toBe(false);
    const other = reply(caller('another key'));
    expect(() => requests.signalOf(other)).toThrow(expect.objectContaining({ code: 'too_many_open' }));
    open[0]!.raw.emit('close');
    expect(requests.signalOf(other).aborted).toBe(false);
  });

  it.each([
    ['key', caller('one'), caller('other')],
    ['address', { ip: '127.0.0.1' }, { ip: '::1' }],
  ])('are a tenth of them for one %s, and given back', (_, one, other) => {
    const requests = new OpenRequests(usual);
    const open = Array.from({ length: 1_000 }, () => reply(one));
    for (const each of open) expect(requests.signalOf(each).aborted).toBe(false);
    const refused = expect.objectContaining({ code: 'open_share_used_up' });
    expect(() => requests.signalOf(reply(one))).toThrow(refused);
    expect(requests.signalOf(reply(other)).aborted).toBe(false);
    for (const each of open) each.raw.emit('close');
    for (let count = 0; count < 1_000; count++) requests.signalOf(reply(one));
    expect(() => requests.signalOf(reply(one))).toThrow(refused);
  });

  it('are at least one for each caller', () => {
    const requests = new OpenRequests({ MAX_OPEN_REQUESTS: 5, OPEN_SHARE_PERCENT: 1 });
    expect(requests.signalOf(reply({ ip: '::1' })).aborted).toBe(false);
    expect(() => requests.signalOf(reply({ ip: '::1' }))).toThrow('at most 1 waits');
  });
});
