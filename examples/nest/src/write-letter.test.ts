import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runJob } from '@jobstream/worker/testing';
import { NestFactory } from '@nestjs/core';
import { LettersModule } from './letters.module.js';
import { WriteLetterHandler } from './write-letter.handler.js';
import { writeLetter } from './write-letter.js';

test('a letter greets the one whom it is for', async () => {
  const app = await NestFactory.createApplicationContext(LettersModule, { logger: false });
  const handler = app.get(WriteLetterHandler);
  const job = await runJob(
    writeLetter.handle((payload, ctx) => handler.handle(payload, ctx)),
    { to: 'Ada' },
  );
  assert.deepEqual(job.result, { text: 'Dear Ada,' });
  assert.equal(job.logs[0]?.message, 'letter written');
  await app.close();
});
