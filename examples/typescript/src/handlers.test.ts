import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWorker } from '@jobstream/worker/testing';
import { handlersWith } from './handlers.js';
import { remindOfInvoice, sendInvoice } from './jobs.js';
import { MailServer } from './mail-server.js';

const invoice = { id: '7', email: 'ada@example.com' };

test('an invoice is sent by the second attempt, a second later', async () => {
  const mail = new MailServer();
  const job = await testWorker({ handlers: handlersWith(mail) }).runJob(sendInvoice, invoice);
  assert.equal(job.outcome, 'succeeded');
  assert.deepEqual(job.result, { pages: 1 });
  assert.deepEqual(job.delaysMs, [1_000]);
  assert.equal(job.retried[0]?.code, 'greylisted');
  assert.deepEqual(mail.taken, ['Invoice 7 for ada@example.com']);
});

test('a reminder follows after 14 days', async () => {
  const mail = new MailServer();
  const jobs = testWorker({ handlers: handlersWith(mail) });
  const startedAt = jobs.clock.now();
  await jobs.runJob(sendInvoice, invoice);
  jobs.expectEnqueued(remindOfInvoice, { id: '7' });
  await jobs.drain();
  assert.equal(mail.taken.at(-1), 'Reminder of 7 for ada@example.com');
  assert.ok(jobs.clock.now() - startedAt >= 14 * 86_400_000);
});

test('an address that is none is refused', async () => {
  const jobs = testWorker({ handlers: handlersWith(new MailServer()) });
  await assert.rejects(jobs.runJob(sendInvoice, { id: '7', email: 'ada' }), /\/payload\/email/);
});
