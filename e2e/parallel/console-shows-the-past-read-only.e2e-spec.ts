import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobHistory } from '@jobstream/contracts/rest';
import { ConsoleBrowser, eventually, Platform, type VisitedPage } from '@jobstream/testing';

/** Pages, and what each says of the past. */
const pages: Readonly<Record<string, string>> = {
  '': 'Jobs by state',
  '/jobs': 'Columns',
  '/dead-letters': 'Groups are counted up to now',
  '/errors': 'Groups of errors are counted up to now',
  '/errors/0000000000000000': 'Groups of errors are counted up to now',
  '/queues': 'probe',
  '/queues/probe': 'probe.run',
  '/workers': 'not how they were',
  '/schedules': 'Schedules are known as they are now',
  '/schedules/health-check': 'Schedules are known as they are now',
  '/replays': 'known as they are now',
  '/actions': 'known as they are now',
  '/flows': 'The list tells how flows stand now',
  '/test?type=probe.run': 'Nothing can be submitted to the past',
  '/topics': 'Offsets are known as they are now',
  '/types': 'Job types are known as they are now',
  '/types/probe.run': 'Job types are known as they are now',
  '/webhooks': 'Webhooks are known as they are now',
  '/rebuilds': 'Rebuilds are known as they are now',
  '/access': 'Keys are known as they are now',
  '/mail': 'Caught mails are shown as they are now',
  '/health': 'known as it is now',
};
/** What buttons say that change nothing. */
const harmless = /^(Copy|Copy as .*|Save as .*|Show|Views as they ship|Earlier|Later|Open .*)$/;

describe('the console shows the past read only', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  let visit: VisitedPage;
  /** A job that has failed, another one that came later, and the time at which the log took the first. */
  let first: string;
  let second: string;
  let then: string;
  const methods = new Set<string>();
  beforeAll(async () => {
    [platform, browser] = await Promise.all([
      Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } }),
      ConsoleBrowser.start(),
    ]);
    first = await platform.api.submitted('probe.run', {
      sleepMs: 200,
      failTimes: 1,
      failWith: 'non-retryable',
    });
    await platform.api.finished(first);
    second = await platform.api.submitted('probe.run', {});
    await platform.api.finished(second);
    const { body } = await platform.api.get<JobHistory>(`/v1/jobs/${first}/history`);
    then = body.items[0]!.time;
    visit = await browser.open(`${platform.api.url}/console`);
    visit.page.on('request', (request) => methods.add(request.method()));
  });
  afterAll(async () => {
    await visit?.close();
    await browser?.stop();
    await platform?.stop();
  });

  const open = async (path: string, at = then) => {
    const url = new URL(`${platform.api.url}/console${path}`);
    url.searchParams.set('at', at);
    await visit.page.goto(url.href);
    return visit.page;
  };

  it('on every page: it says so, leads back to now, and nothing that acts can be pressed', async () => {
    const faults: unknown[] = [];
    for (const [path, text] of Object.entries(pages)) {
      const page = await open(path);
      await page.getByText('read only: nothing can be done about the past').waitFor();
      await page.locator('main').getByText(text).filter({ visible: true }).first().waitFor();
      const enabled = await page.locator('main button:enabled:visible').allInnerTexts();
      const acting = enabled.filter((button) => !harmless.test(button));
      for (const key of ['r', 'c', 'p']) await page.keyboard.press(key);
      const dialogs = await page.getByRole('dialog').count();
      const axe = await browser.findAxeFaults(page);
      if (acting.length > 0 || dialogs > 0 || axe.length > 0) faults.push({ path, acting, dialogs, axe });
    }
    expect(faults).toEqual([]);
    await visit.page.getByRole('link', { name: 'Back to now' }).click();
    await visit.page.getByText('The API can do its work.').waitFor();
    expect(visit.page.url()).toBe(`${platform.api.url}/console/health`);
    await open('/jobs', 'soon');
    await visit.page.getByText('The address names no time').waitFor();
  });

  it('lists the jobs that there were, in the states that they had; links stay in that time', async () => {
    const page = await open('/jobs');
    const row = page.locator('tbody tr');
    await row.first().waitFor();
    expect(await row.allInnerTexts()).toEqual([expect.stringContaining(first)]);
    expect(await row.innerText()).toContain('queued');
    await page.getByRole('button', { name: 'Cancel all that match needs the present' }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('succeeded');
    await page.waitForURL((url) => url.searchParams.get('at') === then);
    await page.getByText('No job meets these conditions.').waitFor();
    await page.getByRole('combobox', { name: 'Filter' }).fill('run:1');
    await page.keyboard.press('Enter');
    await page.getByText('run is known of the present alone').waitFor();
    await open('/jobs?state=queued');
    await page.getByRole('link', { name: first }).click();
    await page.getByText('It was queued since').waitFor();
    await page.getByRole('link', { name: 'Back to now' }).click();
    await page.getByRole('button', { name: /^Run it again/ }).waitFor();
    expect(page.url()).toBe(`${platform.api.url}/console/jobs/${first}`);
  });

  it('counts the jobs of then on the overview and by queue', async () => {
    const page = await open('');
    await page.getByRole('link', { name: 'queued 1' }).click();
    await page.getByRole('link', { name: first }).waitFor();
    await open('/queues');
    await page.getByRole('link', { name: 'probe', exact: true }).click();
    const row = page.locator('tbody tr', { hasText: 'probe.run' });
    await row.getByRole('link', { name: '1', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('queue') === 'probe');
    await page.getByRole('link', { name: first }).waitFor();
  });

  it('tells how the jobs of a flow stood, and the records of a topic until then', async () => {
    const job = { type: 'probe.run', payload: {} };
    const { body } = await platform.api.post<{ id: string }>('/v1/flows', {
      jobs: [
        { name: 'import', ...job },
        { name: 'bind', ...job, after: ['import'] },
      ],
    });
    const flow = `/flows/${body.id}`;
    const ended = await eventually(async () => {
      const { body: now } = await platform.api.get<{ state: string; jobs: { id: string }[] }>(`/v1${flow}`);
      expect(now.state).toBe('succeeded');
      return now;
    });
    const { body: history } = await platform.api.get<JobHistory>(`/v1/jobs/${ended.jobs[0]!.id}/history`);
    const page = await open(flow, history.items[0]!.time);
    const row = (name: string) => page.locator('tbody tr', { has: page.getByText(name, { exact: true }) });
    await row('import').first().getByText('queued').waitFor();
    await page.locator('tbody tr').nth(1).getByText('not started').waitFor();
    await open(`/topics/${platform.topics.events}`, '2020-01-01T00:00:00Z');
    await page.getByText('No record stands here').waitFor();
    await page.goto(`${platform.api.url}/console${flow}`);
    await page.getByText('succeeded').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('1d');
    await page.getByRole('link', { name: /^This page as it was at/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('The flow was made later.').waitFor();
    expect([...methods]).toEqual(['GET']);
    expect([visit.errors, visit.foreignRequests]).toEqual([[], []]);
  });
});
