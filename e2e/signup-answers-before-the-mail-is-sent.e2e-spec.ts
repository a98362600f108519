import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { startMailServer, type MailServer } from './mail-server.js';

describe('a sign-up is answered before its mail is sent', () => {
  let platform: Platform;
  let greet: () => void;
  const mayGreet = new Promise<void>((resolve) => (greet = resolve));
  let server: MailServer;

  beforeAll(async () => {
    server = await startMailServer(mayGreet);
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'notification-worker': 1 },
      environment: { SMTP_URL: server.url },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await server?.stop();
  });

  it('201 while the mail server lets nobody in yet; the mail comes when it can', async () => {
    const began = performance.now();
    const answer = await platform.api.post('/signup', { email: 'ada@example.com', name: 'Ada' });
    const tookMs = Math.round(performance.now() - began);
    expect(answer).toMatchObject({ status: 201, body: { email: 'ada@example.com' } });
    const id = answer.body.task_id as string;
    await eventually(async () => expect(await platform.api.job(id)).toMatchObject({ state: 'running' }));
    expect(server.mails).toEqual([]);
    console.log(`sign-up answered in ${tookMs} ms`);

    greet();
    expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]).toMatchObject({
      subject: 'Welcome to Jobstream',
      to: { text: 'ada@example.com' },
      messageId: `<${id}.1@jobstream.invalid>`,
    });
    expect(await platform.api.get(`/tasks/${id}`)).toMatchObject({ body: { status: 'SUCCESS' } });
  });

  it.each([
    { email: 'ada' },
    { email: 'ada@example.com\r\nBcc: eve@example.com' },
    { email: 'ada@example.com', name: 'Ada\r\nBcc: eve@example.com' },
    { email: 'ada@example.com', admin: true },
    {},
  ])('422 for %j', async (body) => {
    expect(await platform.api.post('/signup', body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request' },
    });
  });

  it('no address and no name is in the log', () => {
    const lines = platform.processes.flatMap(({ log }) => log.map((line) => JSON.stringify(line)));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('ada@example.com') || line.includes('"Ada"'))).toEqual([]);
  });
});
