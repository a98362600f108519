import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A real mail server that keeps what it is given. */
export interface MailServer {
  /** For SMTP_URL. */
  readonly url: string;
  /** In the order they came. */
  readonly mails: readonly ParsedMail[];
  stop(): Promise<void>;
}

/** @param admit lets nobody in until it resolves: what a busy mail server looks like */
export async function startMailServer(admit = Promise.resolve()): Promise<MailServer> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_, done) => void admit.then(() => done()),
    onData: (stream, _, done) =>
      void simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done),
  });
  // A worker that is killed breaks its connection.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
