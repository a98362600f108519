import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caughtMailSchema } from '@jobstream/contracts/rest';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { startMailCatcher, type MailCatcher } from './mail-catcher.js';

describe('the mail catcher', () => {
  let folder: string;
  let catcher: MailCatcher;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobstream-mail-'));
    catcher = await startMailCatcher(join(folder, 'mail'));
  });
  afterEach(async () => {
    await catcher.stop();
    await rm(folder, { recursive: true });
  });

  const send = (more: object = {}) =>
    createTransport(catcher.url).sendMail({
      from: 'jobs@example.org',
      to: 'ada@example.com',
      subject: 'Grüße',
      text: 'Hello',
      html: '<p>Hello</p>',
      messageId: '<1@example.org>',
      ...more,
    });

  async function kept() {
    const names = (await readdir(join(folder, 'mail'))).sort();
    return Promise.all(
      names.map(async (name) =>
        caughtMailSchema.parse(JSON.parse(await readFile(join(folder, 'mail', name), 'utf8'))),
      ),
    );
  }

  it('keeps a mail as a file before it answers', async () => {
    await send();
    expect(await kept()).toEqual([
      {
        id: expect.any(String),
        receivedAt: expect.any(String),
        from: 'jobs@example.org',
        to: ['ada@example.com'],
        subject: 'Grüße',
        messageId: '<1@example.org>',
        text: expect.stringMatching(/^Hello/),
        html: expect.stringContaining('<p>Hello</p>'),
      },
    ]);
  });

  it('keeps mails in the order of their arrival, also those that came together', async () => {
    for (const subject of ['1', '2']) await send({ subject });
    await Promise.all(Array.from({ length: 20 }, () => send({ subject: '3' })));
    const subjects = (await kept()).map(({ subject }) => subject);
    expect(subjects).toEqual(['1', '2', ...Array.from({ length: 20 }, () => '3')]);
  });

  it('refuses what is too large', async () => {
    await expect(send({ text: 'x'.repeat(6 * 1024 * 1024) })).rejects.toThrow();
    expect(await kept()).toEqual([]);
  });
});
