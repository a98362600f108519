import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decodeRecord, type EncodedRecord } from '@jobstream/contracts/records';
import { maxEventValueBytes } from '@jobstream/contracts/rest';
import { IntakeError } from '@jobstream/intake';
import { webhookDeliver } from '@jobstream/jobs';
import { deliveryId, drawDelivery } from './delivery.js';
import { eventOf, isTold, type ToldRecord } from './event-of.js';

const golden = new URL('../../contracts/src/records/golden/', import.meta.url);
const place = { partition: 1, offset: 7 };
const at = Date.UTC(2026, 0, 2);
const webhook = { webhook: '0190163d-8694-739b-aea5-966c26f8ad99' };

/** A record as its golden file has it, with other fields. */
function told(name: string, value: object = {}): ToldRecord {
  const { value: text, headers } = JSON.parse(
    readFileSync(new URL(`${name}.json`, golden), 'utf8'),
  ) as EncodedRecord;
  const record = decodeRecord(
    Buffer.from(JSON.stringify({ ...(JSON.parse(text) as object), ...value })),
    headers,
  );
  if ('fault' in record || !isTold(record)) throw new Error(`${name} is not told.`);
  return record;
}

describe('an event', () => {
  it.each(['succeeded', 'dead_lettered', 'cancelled', 'expired', 'progress'])(
    'tells of %s by its type',
    (name) => {
      const event = eventOf(told(name), at);
      expect(event).toMatchObject({ type: `job.${name}`, data: { run: expect.any(Number) } });
      const payload = { ...webhook, receiver: webhook.webhook, event };
      expect(webhookDeliver.payload.safeParse(payload).error).toBeUndefined();
    },
  );

  it('carries the result, the progress, or why the job is a dead letter, without the stack', () => {
    expect(eventOf(told('succeeded', { result: { pages: 3 } }), at).data).toMatchObject({
      result: { pages: 3 },
    });
    expect(eventOf(told('progress', { progress: 5 }), at).data).toMatchObject({
      progress: 5,
      finishedAt: null,
    });
    const { data } = eventOf(told('dead_lettered'), at);
    expect(data).toMatchObject({
      error: { code: expect.any(String) },
      finishedAt: new Date(at).toISOString(),
    });
    expect(data).not.toHaveProperty('error.stack');
  });

  it('leaves out a result that is larger than an event takes', () => {
    const fits = 'x'.repeat(maxEventValueBytes - 2);
    expect(eventOf(told('succeeded', { result: fits }), at).data).toMatchObject({ result: fits });
    const { data } = eventOf(told('succeeded', { result: `${fits}x` }), at);
    expect(data).toMatchObject({ isCut: true });
    expect(data).not.toHaveProperty('result');
  });
});

describe('the id of a delivery', () => {
  const ended = told('succeeded');

  it('is the same for each copy of an end, and another for each receiver, run and kind', () => {
    const id = deliveryId(webhook, ended, place);
    expect(deliveryId(webhook, ended, { partition: 1, offset: 99 })).toBe(id);
    // Of two ends of a run on the log the first one counts, whatever the second one says.
    expect(deliveryId(webhook, { ...ended, phase: 'cancelled' } as ToldRecord, place)).toBe(id);
    const others = [
      deliveryId({ notify: 'https://receiver.example/' }, ended, place),
      deliveryId({ webhook: ended.value.id }, ended, place),
      deliveryId(webhook, { ...ended, run: 2 }, place),
      deliveryId(webhook, { ...told('dead_lettered'), run: ended.run }, place),
      deliveryId(webhook, told('progress'), place),
      deliveryId(webhook, told('progress'), { ...place, offset: 8 }),
    ];
    expect(new Set([id, ...others]).size).toBe(others.length + 1);
  });
});

describe('the job of a delivery', () => {
  it('is claimed, and says how often it is tried, to whom it goes and what shares its limit', () => {
    const event = eventOf(told('succeeded'), at);
    const toUrl = drawDelivery(
      { notify: 'https://receiver.example/a?b' },
      event,
      told('succeeded').value.id,
      { maxRetries: 2 },
    );
    const toWebhook = drawDelivery(webhook, event, told('succeeded').value.id, { maxRetries: 0 });
    if (toUrl instanceof IntakeError || toWebhook instanceof IntakeError) throw new Error('It is refused.');
    expect(toUrl.record.headers).toMatchObject({ 'js-claim': '1' });
    expect(toUrl.request).toMatchObject({
      queue: 'webhooks',
      maxAttempts: 3,
      submittedFor: 'webhook:notify',
      payload: {
        webhook: 'notify',
        receiver: 'https://receiver.example',
        url: 'https://receiver.example/a?b',
      },
    });
    expect(toWebhook.request).toMatchObject({
      maxAttempts: 1,
      submittedFor: `webhook:${webhook.webhook}`,
      payload: { receiver: webhook.webhook },
    });
  });
});
