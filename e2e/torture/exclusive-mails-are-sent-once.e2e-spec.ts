import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform, type LogLine, type ServiceProcess } from '@jobstream/testing';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { AttemptLedger } from '../attempt-ledger.js';

const mails = 100;
const freezes = [3, 7, 11];
const faults = 13;
/** How long the mail server takes over each mail, so that faults strike in the middle. */
const conversationMs = 700;

/** A process that was killed or frozen, and what it was sending just then. */
interface Fault {
  readonly kind: 'kill' | 'freeze';
  readonly sending: ReadonlySet<string>;
}

describe('100 exclusive mails under ten worker kills and three freezes', () => {
  let platform: Platform;
  /** How often the server has taken each Message-ID. */
  const taken = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _, done) =>
      void simpleParser(stream).then((mail) => {
        taken.set(mail.messageId!, (taken.get(mail.messageId!) ?? 0) + 1);
        setTimeout(done, conversationMs);
      }, done),
  });
  // A client that is killed in the middle is what this is about.
  server.on('error', () => undefined);

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'notification-worker': 2 },
      environment: { SMTP_URL: `smtp://127.0.0.1:${port}`, CLAIM_LEASE_SECONDS: '3', CONCURRENCY: '4' },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const submit = async (count: number, from: number) => {
    const items = Array.from({ length: count }, (_, n) => ({
      type: 'notification.email',
      payload: { to: `reader-${from + n}@example.com`, template: 'welcome', data: {} },
    }));
    const { status, body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items,
    });
    expect(status).toBe(202);
    return body.items.map(({ id }) => id);
  };
  /** The jobs whose attempts a process has begun and not ended. */
  const sending = ({ log }: ServiceProcess) => {
    const jobs = (msg: string) => log.filter((line) => line.msg === msg).map((line) => line.job as string);
    const ended = new Set(jobs('attempt ended'));
    return new Set(jobs('attempt started').filter((job) => !ended.has(job)));
  };
  const logged = (msg: string): LogLine[] =>
    platform.processes.flatMap(({ log }) => log.filter((line) => line.msg === msg));

  const kill = async (victim: ServiceProcess): Promise<Fault> => {
    await victim.crash();
    const fault: Fault = { kind: 'kill', sending: sending(victim) };
    await platform.launch('notification-worker');
    return fault;
  };
  const freeze = async (victim: ServiceProcess): Promise<Fault> => {
    victim.signal('SIGSTOP');
    const takenOver = () => logged('claim taken over').filter(({ job }) => struck.has(job as string)).length;
    const struck = sending(victim);
    const before = takenOver();
    // Longer than the lease: until another has taken over what the frozen one was sending.
    await eventually(() => expect(takenOver()).toBeGreaterThan(before), { timeoutMs: 60_000 });
    victim.signal('SIGCONT');
    await victim.logged(({ msg, job }) => msg.startsWith('claim lost') && struck.has(job as string));
    return { kind: 'freeze', sending: struck };
  };

  it('none is missing, and only what a worker was sending when it died or froze is sent twice', async () => {
    const ids: string[] = [];
    const struck: Fault[] = [];
    for (let fault = 0; fault < faults; fault++) {
      ids.push(...(await submit(Math.min(8, mails - ids.length), ids.length)));
      const victim = platform.all('notification-worker')[fault % 2]!;
      await eventually(() => expect(sending(victim).size).toBeGreaterThan(0), {
        timeoutMs: 60_000,
        everyMs: 20,
      });
      struck.push(await (freezes.includes(fault) ? freeze(victim) : kill(victim)));
    }
    const jobs = await Promise.all(ids.map((id) => platform.api.finished(id, { timeoutMs: 120_000 })));

    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    const messageIds = jobs.map(({ result }) => result!.messageId as string);
    expect(new Set(messageIds).size).toBe(mails);
    expect([...taken.keys()].toSorted()).toEqual(messageIds.toSorted());
    const allowed = new Map<string, number>();
    for (const { sending: jobsThen } of struck)
      for (const job of jobsThen) allowed.set(job, (allowed.get(job) ?? 0) + 1);
    const extra = ids.map((id, index) => ({ id, copies: taken.get(messageIds[index]!)! - 1 }));
    const copies = extra.reduce((sum, each) => sum + each.copies, 0);
    const count = (kind: Fault['kind']) => struck.filter((each) => each.kind === kind).length;
    const inside = struck.reduce((sum, each) => sum + each.sending.size, 0);
    console.log(
      `${count('kill')} kills and ${count('freeze')} freezes struck ${inside} mails in the middle: ` +
        `${new Set(messageIds).size} distinct Message-IDs, 0 missing, ${copies} second copies, all of those; ` +
        `${logged('claim taken over').length} claims taken over, ${new AttemptLedger(platform).rerun().size} rerun`,
    );
    expect(extra.filter(({ id, copies: second }) => second > (allowed.get(id) ?? 0))).toEqual([]);
    expect([count('kill'), count('freeze')]).toEqual([10, 3]);
    expect(inside).toBeGreaterThanOrEqual(faults);
  }, 560_000);
});
