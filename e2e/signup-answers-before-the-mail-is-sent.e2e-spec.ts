import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

describe('a sign-up is answered before its mail is sent', () => {
  let platform: Platform;
  let greet: () => void;
  const mayGreet = new Promise<void>((resolve) => (greet = resolve));
  const mails: ParsedMail[] = [];
  /** Lets nobody in until it is told to: what a busy mail server looks like. */
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_, done) => void mayGreet.then(() => done()),
    onData: (stream, _, done) =>
      void simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done),
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'notification-worker': 1 },
      environment: { SMTP_URL: `smtp://127.0.0.1:${port}` },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('201 at once while the mail server dawdles; the mail comes when it can', async () => {
    const began = performance.now();
    const answer = await platform.api.post('/signup', { email: 'ada@example.com', name: 'Ada' });
    const tookMs = Math.round(performance.now() - began);
    expect(answer).toMatchObject({ status: 201, body: { email: 'ada@example.com' } });
    const id = answer.body.task_id as string;
    await eventually(async () => expect(await platform.api.job(id)).toMatchObject({ state: 'running' }));
    expect(mails).toEqual([]);
    expect(tookMs).toBeLessThan(1_000);
    console.log(`sign-up answered in ${tookMs} ms`);

    greet();
    expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
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
