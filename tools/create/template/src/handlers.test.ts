import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWorker } from '@jobstream/worker/testing';
import { handlers } from './handlers.js';
import { postLetter, writeLetter } from './jobs.js';

test('a letter is written, then posted', async () => {
  const jobs = testWorker({ handlers });
  const written = await jobs.runJob(writeLetter, { name: 'Ada' });
  assert.equal(written.outcome, 'succeeded');
  assert.match(written.result?.text ?? '', /Ada/);
  jobs.expectEnqueued(postLetter, { text: written.result?.text });
  const [posted] = await jobs.drain();
  assert.equal(posted?.outcome, 'succeeded');
});

test('a letter to nobody is refused', async () => {
  await assert.rejects(testWorker({ handlers }).runJob(writeLetter, { name: '' }), /\/payload\/name/);
});
