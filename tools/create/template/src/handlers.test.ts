import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWorker } from '@jobstream/worker/testing';
import { handlers } from './handlers.js';
import { composeLetter, postLetter } from './jobs.js';

test('a letter is composed, then posted', async () => {
  const jobs = testWorker({ handlers });
  const composed = await jobs.runJob(composeLetter, { name: 'Ada' });
  assert.equal(composed.outcome, 'succeeded');
  assert.match(composed.result?.text ?? '', /Ada/);
  jobs.expectEnqueued(postLetter, { text: composed.result?.text });
  const [posted] = await jobs.drain();
  assert.equal(posted?.outcome, 'succeeded');
});

test('a letter to nobody is refused', async () => {
  await assert.rejects(testWorker({ handlers }).runJob(composeLetter, { name: '' }), /\/payload\/name/);
});
