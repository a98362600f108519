import { PDFiumLibrary } from '@hyzyla/pdfium';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { Database, databaseSettingsFromEnv } from '@jobstream/database';
import { eventually, Platform, writeRecords } from '@jobstream/testing';

describe('a report becomes a PDF', () => {
  let platform: Platform;
  let pdfium: PDFiumLibrary;
  beforeAll(async () => {
    pdfium = await PDFiumLibrary.init();
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
    const failing = { failTimes: 1, failWith: 'non-retryable' };
    for (const payload of [{}, {}, {}, failing]) {
      const { body } = await platform.api.post('/v1/jobs', {
        type: 'probe.run',
        payload,
        submittedFor: '42',
      });
      await platform.api.finished(body.id as string);
    }
  });
  afterAll(async () => {
    await platform?.stop();
    pdfium?.destroy();
  });

  async function ask(user_id: string | number, report_type: string): Promise<string> {
    const { status, body } = await platform.api.post('/reports', { user_id, report_type });
    expect({ status, body }).toMatchObject({ status: 202, body: { status: 'PENDING' } });
    return body.task_id as string;
  }

  async function fetchText(id: string): Promise<string> {
    const response = await fetch(`${platform.api.url}/reports/${id}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    const document = await pdfium.loadDocument(Buffer.from(await response.arrayBuffer()));
    try {
      return [...document.pages()].map((page) => page.getText()).join('\n');
    } finally {
      document.destroy();
    }
  }

  it('409 with the state until it is made, then the PDF with what happened', async () => {
    const id = await ask(42, 'activity');
    expect(await platform.api.get(`/reports/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'report_not_ready', state: 'queued' },
    });
    await platform.launch('report-worker');
    expect(await platform.api.finished(id)).toMatchObject({
      state: 'succeeded',
      result: { key: `reports/${id}.pdf`, pages: 1 },
    });
    const text = await fetchText(id);
    for (const words of ['Activity', 'Jobs submitted for 42', 'probe.run', '75 %', 'dead-lettered']) {
      expect(text).toContain(words);
    }
  });

  it('of failures with their causes, and of the usage of the whole platform', async () => {
    // A day whose jobs retention has deleted: what was counted of it is all that is left.
    const yesterday = new Date(Date.now() - 86_400_000);
    const database = new Database(databaseSettingsFromEnv(platform.environment()));
    await database.query({
      text: `INSERT INTO ${database.operations}.daily_statistics (day, type, created, succeeded, dead_lettered, other)
             VALUES ($1::date, 'image.thumbnail', 7654, 7000, 600, 54)`,
      values: [yesterday.toISOString().slice(0, 10)],
    });
    await database.close();
    const [failures, usage] = await Promise.all([ask('42', 'failures'), ask('somebody', 'usage')]);
    await Promise.all([failures, usage].map((id) => platform.api.finished(id)));
    expect(await fetchText(failures)).toContain('probe_failed');
    const text = await fetchText(usage);
    for (const words of [
      'All jobs of the platform',
      'report.generate',
      'Day by day',
      'image.thumbnail',
      '7,654',
    ])
      expect(text).toContain(words);
  });

  it('410 with the error when it could not be made', async () => {
    const id = newJobId();
    const value = { v: 1 as const, id, type: 'report.generate', queue: 'report', payload: { userId: '' } };
    const request = { ...value, priority: 'normal' as const, maxAttempts: 1 };
    const record = encodeRecord({
      run: 1,
      attempt: 1,
      phase: 'queued',
      createdAt: Date.now(),
      value: request,
    });
    await writeRecords([{ topic: platform.topics.requests('report'), ...record }]);
    await eventually(() => platform.api.finished(id));
    expect(await platform.api.get(`/reports/${id}`)).toMatchObject({
      status: 410,
      body: { code: 'report_failed', state: 'dead_lettered', error: { message: expect.any(String) } },
    });
  });

  it('404 for a job that makes none, 400 for no id, 422 for what is no request', async () => {
    const other = await platform.api.submitted('probe.run', {});
    expect(await platform.api.get(`/reports/${other}`)).toMatchObject({
      status: 404,
      body: { code: 'report_not_found' },
    });
    expect(await platform.api.get('/reports/7')).toMatchObject({ status: 400 });
    for (const body of [{}, { user_id: '', report_type: 'usage' }, { user_id: 1, report_type: 'x' }]) {
      expect(await platform.api.post('/reports', body)).toMatchObject({ status: 422 });
    }
  });
});
