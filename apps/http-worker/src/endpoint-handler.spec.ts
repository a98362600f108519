import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallEnding } from '@jobstream/calls';
import { type JobContext, type JobDefinition } from '@jobstream/contracts';
import { EndpointGate } from './endpoint-gate.js';
import { EndpointHandler } from './endpoint-handler.js';
import { Server } from './servers.js';

const url = 'https://a.example/jobs';
let now: number;
let server: Server;
let gate: EndpointGate;

beforeEach(() => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5);
  server = new Server('https://a.example', { monotonic: () => now, onChange: () => undefined });
  gate = new EndpointGate({ server, maxInFlight: 1, isSigned: true });
});
afterEach(() => server.stop());

const answered = (status: number, retryAfter?: string): CallEnding => ({
  kind: 'answered',
  status,
  retryAfter,
  shouldRetry: undefined,
  body: { content: Buffer.alloc(0), isWhole: true },
});

/** One attempt of a job that the gate admits. */
async function attempt(
  ending: CallEnding | Error,
  endpoint = () => ({ url, secrets: ['whsec_x'] }),
): Promise<unknown> {
  const send = () => (ending instanceof Error ? Promise.reject(ending) : Promise.resolve(ending));
  const handler = new EndpointHandler({ send }, gate, endpoint);
  const context = {
    id: 'job',
    run: 1,
    attempt: 1,
    maxAttempts: 2,
    createdAt: now,
    definition: { type: 'invoice.send', timeoutMs: 1_000 } as JobDefinition,
    signal: new AbortController().signal,
    now: () => now,
  } as JobContext;
  const leave = await new Promise<() => void>((resolve) => gate.enter(context, resolve));
  return handler.handle({}, context).finally(leave);
}

describe('an attempt at an endpoint', () => {
  it.each(['before its call', 'in its call'])('gives its probe back when it throws %s', async (when) => {
    for (let failures = 0; failures < 5; failures++) server.enter(() => undefined)!.end('failing');
    now += 1_000;
    const fault = new Error('no such secret');
    const failing = attempt(fault, () => {
      if (when === 'in its call') return { url, secrets: ['whsec_x'] };
      throw fault;
    });
    await expect(failing).rejects.toBe(fault);
    expect(server.enter(() => undefined)).toMatchObject({ isProbe: true });
  });

  it('counts once for its server, however it ends', async () => {
    for (let failures = 0; failures < 5; failures++)
      await expect(attempt(answered(500))).rejects.toMatchObject({ code: 'http_500' });
    expect(server.isOpen).toBe(true);
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['-1', undefined],
  ])('is followed by the next no earlier than Retry-After: %s says', async (retryAfter, retryAtLeastMs) => {
    const error: unknown = await attempt(answered(503, retryAfter)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'EndpointError', code: 'http_503' });
    expect((error as { retryAtLeastMs?: number }).retryAtLeastMs).toBe(retryAtLeastMs);
  });
});
