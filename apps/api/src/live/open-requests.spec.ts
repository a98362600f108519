import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { OpenRequests } from './open-requests.js';

function reply(): FastifyReply {
  return { raw: new ServerResponse(new IncomingMessage(new Socket())), request: {} } as FastifyReply;
}

describe('OpenRequests', () => {
  it('end with their connection, and all at once when drained', () => {
    const requests = new OpenRequests();
    const [left, stays] = [reply(), reply()];
    const [leaving, staying] = [requests.signalOf(left), requests.signalOf(stays)];
    left.raw.emit('close');
    expect([leaving.aborted, staying.aborted]).toEqual([true, false]);
    requests.drain();
    expect([staying.aborted, requests.signalOf(reply()).aborted]).toEqual([true, true]);
  });

  it('are no more than 10,000, of which those whose client had left before count none', () => {
    const requests = new OpenRequests();
    const gone = reply();
    gone.raw.destroy();
    for (let count = 0; count < 10_001; count++) expect(requests.signalOf(gone).aborted).toBe(true);
    const open = Array.from({ length: 10_000 }, reply);
    for (const each of open) expect(requests.signalOf(each).aborted).toBe(false);
    expect(() => requests.signalOf(reply())).toThrow('Ask again later');
    open[0]!.raw.emit('close');
    expect(requests.signalOf(reply()).aborted).toBe(false);
  });
});
