import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord } from '@jobstream/contracts/records';
import { TailConsumer } from '@jobstream/kafka';
import { connectToBroker, eventually, Platform } from '@jobstream/testing';
import { startMailServer, type MailServer } from '../mail-server.js';

/** A kill comes a moment too late now and then. */
const maxKills = 10;

describe('a finished report is announced by one mail', () => {
  let platform: Platform;
  let server: MailServer;
  /** How often each mail was asked for: by its job's id. */
  const requested = new Map<string, number>();
  let onRequest: (mail: string) => void = () => undefined;
  let tail: TailConsumer;

  beforeAll(async () => {
    server = await startMailServer();
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'report-worker': 1, 'notification-worker': 1 },
      ownRoles: true,
      environment: {
        SMTP_URL: server.url,
        MAIL_DOMAIN: 'example.org',
        PUBLIC_URL: 'https://jobs.example.org/',
      },
    });
    tail = new TailConsumer(connectToBroker(), {
      topics: () => [platform.topics.requests('notification')],
      from: 'start',
      onRecords: (records) => {
        for (const { value, headers } of records) {
          const record = decodeRecord(value, headers);
          if ('fault' in record) continue;
          requested.set(record.value.id, (requested.get(record.value.id) ?? 0) + 1);
          onRequest(record.value.id);
        }
      },
      onFatal: (error) => {
        throw error;
      },
    });
    await tail.start();
  });
  afterAll(async () => {
    await tail?.stop();
    await platform?.stop();
    await server?.stop();
  });

  async function askFor(user_id: string): Promise<string> {
    const { status, body } = await platform.api.post('/reports', { user_id, report_type: 'activity' });
    expect({ status, body }).toMatchObject({ status: 202 });
    return body.task_id as string;
  }

  const mailsAbout = (report: string) => server.mails.filter(({ text }) => text?.includes(report));

  it('with the link to the PDF, to whom it is for', async () => {
    const report = await askFor('ada');
    expect(await platform.api.finished(report)).toMatchObject({ state: 'succeeded' });
    const [mail] = await eventually(() => {
      expect(mailsAbout(report)).toHaveLength(1);
      return mailsAbout(report);
    });
    expect(mail).toMatchObject({ subject: 'Your report is ready', to: { text: 'ada@example.org' } });
    expect(mail!.text).toContain(`https://jobs.example.org/reports/${report}`);
    const pdf = await fetch(`${platform.api.url}/reports/${report}`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const [id] = requested.keys();
    expect(await platform.api.job(id!)).toMatchObject({ type: 'notification.email', submittedFor: 'ada' });
  });

  it('whatever moment its worker is killed at: between the mail and its own success', async () => {
    const reports: string[] = [];
    const isCopied = () => [...requested.values()].some((times) => times > 1);
    while (!isCopied() && reports.length < maxKills) {
      const asked = new Promise<string>((resolve) => (onRequest = resolve));
      reports.push(await askFor(`user-${reports.length}`));
      await asked;
      await platform.crash(platform.one('report-worker'));
      await platform.api.finished(reports.at(-1)!);
    }
    // The fault: a report was made twice, and both times its mail was asked for.
    expect(isCopied()).toBe(true);
    for (const report of reports) {
      expect(await platform.api.job(report)).toMatchObject({ state: 'succeeded', attempt: 1 });
      await eventually(() => expect(mailsAbout(report).length).toBeGreaterThan(0));
    }
    for (const id of requested.keys()) expect((await platform.api.finished(id)).state).toBe('succeeded');
    const distinct = reports.map(
      (report) => new Set(mailsAbout(report).map(({ messageId }) => messageId)).size,
    );
    expect(distinct).toEqual(reports.map(() => 1));
    expect(requested.size).toBe(reports.length + 1);
    const sent = reports.flatMap(mailsAbout).length;
    console.log(
      `${reports.length} killed at the mail: ${reports.length} Message-IDs, ${sent} mails of ${[...requested.values()].reduce((sum, times) => sum + times, -1)} requests`,
    );
  });
});
