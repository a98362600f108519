import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { type JobContext, NonRetryableError, type PayloadOf } from '@jobstream/contracts';
import { notificationEmail } from '@jobstream/jobs';
import { readSettings } from '@jobstream/runtime';
import { afterEach, describe, expect, it } from '@jest/globals';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { EmailHandler } from './email.handler.js';
import { Mailer, mailSettings } from './mailer.js';

type Payload = PayloadOf<typeof notificationEmail>;

const id = '0190163d-8694-739b-aea5-966c26f8ad91';
const welcome: Payload = { to: 'ada@example.com', template: 'welcome', data: { name: 'Ada' } };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A mail server; what it took is in `mails`. */
async function startMailServer(options: SMTPServerOptions = {}) {
  const mails: ParsedMail[] = [];
  const envelopes: string[][] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      simpleParser(stream).then(
        (mail) => {
          mails.push(mail);
          envelopes.push(session.envelope.rcptTo.map(({ address }) => address));
          done();
        },
        (error: Error) => done(error),
      );
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, envelopes };
}

function handlerFor(port: number, login = '') {
  const settings = { SMTP_URL: `smtp://${login}127.0.0.1:${port}`, MAIL_FROM: 'jobs@mail.example.org' };
  const mailer = new Mailer(readSettings(mailSettings, settings));
  closers.push(async () => mailer.onApplicationShutdown());
  return new EmailHandler(mailer);
}

function send(
  handler: EmailHandler,
  payload: Payload = welcome,
  { run = 1, signal = new AbortController().signal } = {},
) {
  return handler.handle(payload, { id, run, signal } as JobContext<typeof notificationEmail>);
}

const refuse = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

describe('notification.email', () => {
  it('sends the mail, text and HTML, from us to one address', async () => {
    const { port, mails, envelopes } = await startMailServer();
    expect(await send(handlerFor(port))).toEqual({ messageId: `<${id}.1@mail.example.org>` });
    expect(envelopes).toEqual([['ada@example.com']]);
    expect(mails[0]).toMatchObject({
      subject: 'Welcome to Jobstream',
      messageId: `<${id}.1@mail.example.org>`,
      from: { text: '"Jobstream" <jobs@mail.example.org>' },
      to: { text: 'ada@example.com' },
      text: expect.stringContaining('Hello Ada,'),
      html: expect.stringContaining('<p>Hello Ada,</p>'),
    });
  });

  it('sends to an international domain by the name that every mail server knows', async () => {
    const { port, mails, envelopes } = await startMailServer({ hideSMTPUTF8: true });
    const to = "sinead.o'connor@münchen.example";
    await send(handlerFor(port), notificationEmail.payload.parse({ ...welcome, to }));
    // The server shows the domain as people write it; what it was sent stands in the head of the mail.
    expect(envelopes).toEqual([[to]]);
    expect(mails[0]?.headerLines.find(({ key }) => key === 'to')?.line).toBe(
      "To: sinead.o'connor@xn--mnchen-3ya.example",
    );
  });

  it('names a mail alike in each attempt of a run, and unlike in the next', async () => {
    const { port, mails } = await startMailServer();
    const handler = handlerFor(port);
    await send(handler);
    await send(handler);
    await send(handler, welcome, { run: 2 });
    expect(mails.map(({ messageId }) => messageId)).toEqual([
      `<${id}.1@mail.example.org>`,
      `<${id}.1@mail.example.org>`,
      `<${id}.2@mail.example.org>`,
    ]);
  });

  it('adds no header and no recipient, whatever the payload holds', async () => {
    const { port, mails, envelopes } = await startMailServer();
    // Not what intake lets pass: even if it did, nothing leaves its place.
    const hostile: Payload[] = [
      {
        to: 'ada@example.com',
        template: 'welcome',
        data: { name: 'Ada\r\nBcc: eve@example.com\r\n\r\nwon' },
      },
      { to: 'ada@example.com\r\nBcc: eve@example.com', template: 'welcome', data: {} },
      { to: 'ada@example.com, eve@example.com', template: 'welcome', data: {} },
      { to: 'ada@example.com> <eve@example.com', template: 'welcome', data: {} },
    ];
    for (const payload of hostile) await send(handlerFor(port), payload).catch(() => undefined);
    expect(envelopes.flat()).not.toContain('eve@example.com');
    for (const mail of mails) {
      expect(mail.headers.has('bcc')).toBe(false);
      expect(mail.cc).toBeUndefined();
      expect(mail.subject).toBe('Welcome to Jobstream');
    }
  });

  it.each([
    [
      'a refused recipient',
      { onRcptTo: (a, _, done) => done(refuse(550, `5.1.1 <${a.address}> unknown`)) },
      '550 5.1.1',
    ],
    ['a refused sender', { onMailFrom: (_, __, done) => done(refuse(553, 'not you')) }, '553'],
    [
      'a refused text',
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(refuse(554, '5.7.1 spam'))) },
      '554 5.7.1',
    ],
  ] satisfies [string, SMTPServerOptions, string][])(
    'does not retry %s, and keeps the address to itself',
    async (_, options, codes) => {
      const { port } = await startMailServer(options);
      const error = await send(handlerFor(port)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(NonRetryableError);
      expect(error).toMatchObject({
        code: 'mail_refused',
        message: `The mail server answered the mail with ${codes}.`,
      });
      expect((error as Error).cause).toBeUndefined();
    },
  );

  it.each([
    ['a full mailbox', { onRcptTo: (_, __, done) => done(refuse(452, '4.2.2 full')) }, '452 4.2.2'],
    ['greylisting', { onRcptTo: (_, __, done) => done(refuse(451, 'later')) }, '451'],
    ['a server that is busy', { onMailFrom: (_, __, done) => done(refuse(421, 'closing')) }, '421'],
  ] satisfies [string, SMTPServerOptions, string][])('retries %s', async (_, options, codes) => {
    const { port } = await startMailServer(options);
    const error = await send(handlerFor(port)).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(NonRetryableError);
    expect(error).toMatchObject({
      code: 'mail_not_sent',
      message: `The mail server answered the mail with ${codes}.`,
    });
  });

  it('retries a refused login without showing it', async () => {
    const { port } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(refuse(535, '5.7.8 no such user')),
    });
    const error = await send(handlerFor(port, 'jobs:secret@')).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(NonRetryableError);
    expect(error).toMatchObject({ message: 'The mail server answered the login with 535 5.7.8.' });
  });

  it('retries where no server listens, and where one hangs up', async () => {
    const hangsUp = createServer((socket: Socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(hangsUp, 'listening');
    const { port } = hangsUp.address() as AddressInfo;
    await expect(send(handlerFor(port))).rejects.toMatchObject({ code: 'mail_not_sent' });
    await new Promise((resolve) => hangsUp.close(resolve));
    await expect(send(handlerFor(port))).rejects.toMatchObject({
      code: 'mail_not_sent',
      message: 'The mail server could not be reached (ECONNREFUSED).',
    });
  });

  it('ends when the attempt is over', async () => {
    const abortion = new AbortController();
    const { port } = await startMailServer({ onMailFrom: () => abortion.abort(new Error('over')) });
    await expect(send(handlerFor(port), welcome, { signal: abortion.signal })).rejects.toThrow('over');
  });
});

describe('mail settings', () => {
  it.each([{}, { SMTP_URL: 'http://x' }, { SMTP_URL: 'smtp://x', MAIL_FROM: 'a@b.c\r\nBcc: e@b.c' }])(
    'refuses %j without showing it',
    (settings) => {
      expect(() => readSettings(mailSettings, settings)).toThrow(/SMTP_URL|MAIL_FROM/);
    },
  );
});
