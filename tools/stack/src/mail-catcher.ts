import { once } from 'node:events';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CaughtMail } from '@jobstream/contracts/rest';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** A mail server that delivers nothing: each mail becomes a file. */
export interface MailCatcher {
  /** For SMTP_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

const LARGEST_MAIL = 5 * 1024 * 1024;
/** Files kept; older ones go. */
const MOST_MAILS = 500;

/**
 * Starts one on a free port of 127.0.0.1. It answers a mail once its file, a {@link CaughtMail} as JSON, is in `folder`,
 * which is made if missing.
 */
export async function startMailCatcher(folder: string): Promise<MailCatcher> {
  await mkdir(folder, { recursive: true });
  let caught = 0;
  const server = new SMTPServer({
    banner: 'Jobstream keeps mails and delivers none',
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: LARGEST_MAIL,
    disableReverseLookup: true,
    closeTimeout: 500,
    onData(stream, session, done) {
      keepMail(stream, session, folder, caught++).then(
        () => done(),
        (error: Error) => done(error),
      );
    },
  });
  // A client that goes away in the middle is its own business.
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keepMail(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  folder: string,
  nth: number,
): Promise<void> {
  const receivedAt = new Date().toISOString();
  const mail = await simpleParser(stream, { skipImageLinks: true });
  if (stream.sizeExceeded) {
    throw Object.assign(new Error(`At most ${LARGEST_MAIL} bytes.`), { responseCode: 552 });
  }
  const { mailFrom, rcptTo } = session.envelope;
  const id = `${receivedAt.replaceAll(/[:.]/g, '-')}-${String(nth).padStart(6, '0')}`;
  const kept: CaughtMail = {
    id,
    receivedAt,
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? '',
    text: mail.text ?? '',
    html: typeof mail.html === 'string' ? mail.html : '',
  };
  const file = join(folder, `${id}.json`);
  await writeFile(`${file}.new`, JSON.stringify(kept));
  await rename(`${file}.new`, file);
  if (nth % 50 === 0) await removeOldest(folder);
}

async function removeOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const old = files.slice(0, -MOST_MAILS);
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
}
