import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { newJobId } from '@jobstream/contracts';
import { describeProblem, type BatchItem, type ProblemCode } from '@jobstream/contracts/rest';
import { probeRun } from '@jobstream/jobs';
import type { SubmittedItem } from './jobs/job-batches.js';
import { JobstreamClient, type BatchOptions } from './jobstream-client.js';

let server: Server;
afterEach(() => void server.close().closeAllConnections());

/** A server that answers batches with these items, one after another and the last one for ever. */
async function serve(...answers: BatchItem[][]) {
  const seen: { path: string | undefined; key: string | undefined; body: string }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const items = answers[Math.min(seen.length, answers.length - 1)]!;
    seen.push({ path: request.url, key: request.headers['idempotency-key'] as string | undefined, body });
    const isAccepted = items.some((item) => 'id' in item);
    response.writeHead(isAccepted ? 202 : 503, {
      'content-type': isAccepted ? 'application/json' : 'application/problem+json',
      'retry-after': '0',
    });
    const problem = () =>
      describeProblem('broker_unavailable', { detail: 'None was.', items }, '/requests/1');
    response.end(JSON.stringify(isAccepted ? { items } : problem()));
  };
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const submit = async (
    options: BatchOptions = {},
    timeoutMs = 5_000,
    prefix = '',
  ): Promise<SubmittedItem[]> => {
    const items: SubmittedItem[] = [];
    const client = new JobstreamClient({ url: `${url}${prefix}`, timeoutMs });
    for await (const item of client.submitBatch(probeRun, [{}, {}], options)) items.push(item);
    return items;
  };
  return { seen, submit };
}

const accepted = (index: number): BatchItem => ({ index, id: newJobId() });
const rejected = (index: number, code: ProblemCode): BatchItem => ({ index, error: { code, detail: code } });

describe('JobstreamClient.submitBatch', () => {
  it('sends a batch again under its key until no outage keeps an item out', async () => {
    const first = accepted(0);
    const whole = [first, accepted(1)];
    const { seen, submit } = await serve(
      [rejected(0, 'broker_unavailable'), rejected(1, 'broker_unavailable')],
      [first, rejected(1, 'submit_unknown')],
      [first, rejected(1, 'broker_refused')],
      whole,
    );
    expect(await submit()).toEqual(whole);
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
  });

  it('does not send a batch again for an item with a fault', async () => {
    const answer = [accepted(0), rejected(1, 'invalid_payload')];
    const { seen, submit } = await serve(answer);
    expect(await submit()).toEqual(answer);
    expect(seen).toHaveLength(1);
  });

  it('returns the last answer when the time is over', async () => {
    const answer = [accepted(0), rejected(1, 'broker_unavailable')];
    const { submit } = await serve(answer, answer, [rejected(0, 'broker_unavailable'), answer[1]!]);
    expect(await submit({}, 600)).toEqual(answer);
  });

  it('names each batch by its first item under a key of the caller', async () => {
    const { seen, submit } = await serve([accepted(0), accepted(1)]);
    await submit({ idempotencyKey: 'import 7' });
    expect(seen.map(({ key }) => key)).toEqual(['import 7.0']);
  });

  it('does not send a batch without a key again when a part was accepted', async () => {
    const answer = [accepted(0), rejected(1, 'broker_unavailable')];
    const { seen, submit } = await serve(answer);
    expect(await submit({ idempotencyKey: false })).toEqual(answer);
    expect(seen).toMatchObject([{ key: undefined }]);
  });

  it.each(['', '/', '/behind/a%20proxy', '/behind/a%20proxy/'])(
    'keeps the path %j of its URL',
    async (prefix) => {
      const { seen, submit } = await serve([accepted(0), accepted(1)]);
      await submit({}, 5_000, prefix);
      expect(seen.map(({ path }) => path)).toEqual([`${prefix.replace(/\/$/, '')}/v1/jobs/batch`]);
    },
  );

  it('refuses at once a URL that can not be one of a platform', () => {
    expect(() => new JobstreamClient({ url: 'localhost:3000' })).toThrow(/write http:\/\/host:port/);
  });
});
