import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRecord } from '@jobstream/contracts/records';
import { createdApiKeySchema, type JobHistory } from '@jobstream/contracts/rest';
import {
  ApiClient,
  ConsoleBrowser,
  eventually,
  makeFirstApiKey,
  Platform,
  writeRecords,
  type VisitedPage,
} from '@jobstream/testing';

const manyRecords = 10_000;
const largeText = 'x'.repeat(256 * 1024 - 100);
const dayMs = 86_400_000;

describe('the console bears', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  let admin: ApiClient;
  let visit: VisitedPage;
  beforeAll(async () => {
    const starting = Platform.start({
      services: { 'probe-worker': 1 },
      environment: { API_KEYS_REQUIRED: 'true' },
    });
    [platform, browser] = await Promise.all([starting, ConsoleBrowser.start()]);
    const key = await makeFirstApiKey(platform.environment());
    const [api] = await Promise.all([platform.launch('api'), platform.launch('projector')]);
    admin = new ApiClient(api.url, key);
  });
  afterAll(async () => {
    await browser?.stop();
    await platform?.stop();
  });
  afterEach(async () => {
    const { errors, foreignRequests, close } = visit;
    expect([errors, foreignRequests]).toEqual([[], []]);
    await close();
  });

  const makeKey = async (expiresIn?: string) => {
    const { body } = await admin.post('/v1/api-keys', { name: 'reader', scopes: ['read'], expiresIn });
    return createdApiKeySchema.parse(body).key;
  };
  /** A page of a browser that has signed in. */
  const open = async (path: string, key: string) => {
    visit = await browser.open(`${admin.url}/console${path}`, { cookie: `jobstream=${key}` });
    return visit.page;
  };

  it('a job with ten thousand records, and a payload of 256 KiB', async () => {
    const { body } = await admin.submit('probe.run', { told: largeText });
    const id = body.id as string;
    await admin.finished(id);
    const at = new Date().toISOString();
    const value = { v: 1, id, type: 'probe.run', queue: 'probe', start: { worker: 'w', at } } as const;
    const head = { run: 1, createdAt: Date.now(), phase: 'started' } as const;
    const records = Array.from({ length: manyRecords }, (_, nth) => ({
      topic: platform.topics.events,
      ...encodeRecord({ ...head, attempt: nth + 2, value }),
    }));
    await writeRecords(records);
    await eventually(async () => {
      const { body: history } = await admin.get<JobHistory>(`/v1/jobs/${id}/history`);
      expect(history.items.length).toBeGreaterThan(manyRecords);
    });
    const page = await open(`/jobs/${id}`, await makeKey());
    const table = page.getByRole('region', { name: 'Records of the job' });
    await page.getByRole('button', { name: /^Show [\d,.\s]+ older records$/ }).waitFor();
    expect(await table.locator('tbody tr').count()).toBe(200);
    const payload = page.getByRole('region', { name: 'Payload' });
    expect((await payload.innerText()).length).toBeLessThan(largeText.length / 10);
    await page
      .getByRole('button', { name: /^Show all \d+ characters$/ })
      .first()
      .click();
    expect((await payload.innerText()).length).toBeGreaterThanOrEqual(largeText.length);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });

  it('a filter of four thousand characters: it is shown as it is, with what is wrong', async () => {
    const q = `type:${'x'.repeat(3_995)}`;
    const page = await open(`/jobs?q=${q}`, await makeKey());
    const answer = page.getByText(/^Column \d+: /).or(page.getByText('No job meets these conditions.'));
    await answer.first().waitFor();
    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe(q);
    expect(new URL(page.url()).searchParams.get('q')).toBe(q);
  });

  it('a clock that is days ahead or behind: ages go by the server', async () => {
    const { body } = await admin.submit('probe.run', {});
    await admin.finished(body.id as string);
    const key = await makeKey();
    for (const offsetMs of [3 * dayMs, -3 * dayMs]) {
      const clock = `const real = Date; globalThis.Date = class extends real {
        constructor(...given) { given.length > 0 ? super(...given) : super(real.now() + ${offsetMs}); }
        static now() { return real.now() + ${offsetMs}; } };`;
      visit = await browser.open(`${admin.url}/console/jobs`, { cookie: `jobstream=${key}`, script: clock });
      const row = visit.page.locator('tbody tr', { hasText: body.id as string });
      await row
        .getByText(/^(now|[\d.]+ (s|min)\b.* ago)$/)
        .first()
        .waitFor();
      expect(await row.getByText(/ d\b/).count()).toBe(0);
      if (offsetMs > 0) await visit.close();
    }
  });

  it('two tabs of one session, one of which signs out, and a stream that drops', async () => {
    const key = await makeKey();
    const one = await open('', key);
    await one
      .getByText('All queues are fine.')
      .or(one.getByText(/in trouble\.$/))
      .first()
      .waitFor();
    const two = await one.context().newPage();
    await two.goto(`${admin.url}/console/queues`);
    await two.locator('tbody tr').first().waitFor();
    await one.context().setOffline(true);
    await two.getByRole('status').getByText('no_answer').first().waitFor();
    await one.context().setOffline(false);
    await two.getByRole('status').getByText('no_answer').first().waitFor({ state: 'detached' });
    await two.getByRole('button', { name: 'Sign out' }).click();
    await one.getByRole('dialog', { name: 'Sign in' }).waitFor();
    expect(await one.locator('tbody tr').count()).toBeGreaterThan(0);
    await one.getByLabel('API key').fill(key);
    await one.getByRole('button', { name: 'Sign in' }).click();
    await one.getByRole('dialog', { name: 'Sign in' }).waitFor({ state: 'detached' });
  });

  it('a key that expires while its page is open: what is shown stays, and another key goes on', async () => {
    const page = await open('/queues', await makeKey('20s'));
    await page.locator('tbody tr').first().waitFor();
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.waitFor();
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
    await dialog.getByLabel('API key').fill(await makeKey());
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
});
