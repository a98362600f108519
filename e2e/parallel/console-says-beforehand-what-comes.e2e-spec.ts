import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleBrowser, Platform, type VisitedPage } from '@jobstream/testing';

describe('the console says beforehand what comes', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  let visit: VisitedPage;
  beforeAll(async () => {
    [platform, browser] = await Promise.all([
      Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } }),
      ConsoleBrowser.start(),
    ]);
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
  const open = async (path: string) => {
    visit = await browser.open(`${platform.api.url}/console${path}`);
    return visit.page;
  };

  it('a schedule is made, edited and deleted, and its next times are shown while it is typed', async () => {
    const page = await open('/schedules');
    await page.getByRole('button', { name: 'Make a schedule' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a schedule' });
    const times = dialog.getByRole('region', { name: 'Next times' });
    await dialog.getByLabel('Time zone').fill('Europe/Berlin');
    await dialog.getByLabel(/^Cron/).fill('61 2 * * *');
    await times.getByText("The field minute can't be").waitFor();
    await dialog.getByLabel(/^Cron/).fill('');
    // What is typed in between is not shown: the last answer is that to `30 2 * * *`.
    await dialog.getByLabel(/^Cron/).pressSequentially('30 2 * * *', { delay: 20 });
    await times.getByText('02:30:00+0').first().waitFor();
    await times.getByText('the clock skips 02:30: it fires when the clock has moved').waitFor();
    expect(await times.locator('li').count()).toBe(5);
    expect(await browser.findAxeFaults(page)).toEqual([]);
    const make = dialog.getByRole('button', { name: 'Make it' });
    await dialog.getByLabel('Name').fill('health-check');
    await dialog.getByRole('combobox', { name: 'Type', exact: true }).selectOption('probe.run');
    await dialog.getByText('There is one of this name').waitFor();
    expect(await make.isDisabled()).toBe(true);
    await dialog.getByLabel('Name').fill('nightly');
    await dialog.getByLabel('Payload').fill('{"sleepMs": -1}');
    await make.click();
    await dialog.getByText('/job/payload/sleepMs').waitFor();
    await dialog.getByLabel('Payload').fill('{"sleepMs": 1}');
    await make.click();
    await page.waitForURL('**/console/schedules/nightly');
    await page.getByText('30 2 * * * (Europe/Berlin)').waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit nightly' });
    await edit.getByLabel('When').selectOption('every');
    await edit.getByLabel(/^Every/).fill('2h');
    await edit.getByRole('region', { name: 'Next times' }).getByText(':00:00+00:00').first().waitFor();
    await edit.getByRole('button', { name: 'Save it' }).click();
    await edit.waitFor({ state: 'detached' });
    expect((await platform.api.get('/v1/schedules/nightly')).body).toMatchObject({
      every: '7200s',
      cron: null,
      job: { type: 'probe.run', payload: { sleepMs: 1 } },
    });

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.waitForURL('**/console/schedules');
    await page.getByRole('link', { name: 'health-check' }).first().waitFor();
    expect((await platform.api.get('/v1/schedules/nightly')).status).toBe(404);
    await page.goto(`${platform.api.url}/console/schedules/health-check`);
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
  });

  it('limits are changed with the time to drain in sight, and who uses them up is shown', async () => {
    const ids = await Promise.all(
      ['ada', 'ada', 'bob'].map((submittedFor) =>
        platform.api.submitted('probe.run', { sleepMs: 60_000, note: submittedFor }),
      ),
    );
    const page = await open('/queues/probe');
    await page.getByText('Lag by lane and partition').waitFor();
    expect(await page.getByText('Limits in use').count()).toBe(0);
    await page.getByRole('button', { name: 'Change limits' }).click();
    const dialog = page.getByRole('dialog', { name: 'Limits of probe' });
    await dialog.getByLabel('Starts in a time', { exact: true }).fill('1000/s');
    await dialog
      .getByText(/^With this about .* to drain: 3 jobs unfinished, at most 1,000 a second/)
      .waitFor();
    await dialog.getByLabel('Starts in a time', { exact: true }).fill('');
    await dialog.getByLabel('Jobs at once', { exact: true }).fill('2');
    await dialog.getByLabel(/^A field of the payload/).fill('note');
    await dialog.getByLabel('Jobs at once, for each key').fill('2');
    await dialog.getByRole('button', { name: 'Set the limits' }).click();
    await dialog.waitFor({ state: 'detached' });
    const more = await Promise.all(
      [1, 2, 3].map(() => platform.api.submitted('probe.run', { sleepMs: 60_000, note: 'eve' })),
    );
    const holders = page.getByRole('region', { name: 'Jobs that hold the permits' });
    await holders.locator('tr', { hasText: 'ada' }).first().waitFor();
    await page.getByText('2 of 2').first().waitFor();
    await page.getByRole('region', { name: 'Busiest keys' }).locator('tr', { hasText: 'eve' }).waitFor();
    const workers = await platform.api.get<{ items: { id: string }[] }>('/v1/workers?queue=probe');
    await holders.locator('tr', { hasText: workers.body.items[0]!.id }).first().waitFor();
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await Promise.all([...ids, ...more].map((id) => platform.api.post(`/v1/jobs/${id}/cancel`, {})));
    await Promise.all([...ids, ...more].map((id) => platform.api.finished(id)));
  });

  it('what became of jobs is drawn, and told in words and as a table, by a span and a type in the URL', async () => {
    const id = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    await platform.api.finished(id);
    const page = await open('');
    await page.getByRole('img', { name: /^Dead-lettered: [1-9]\d*, at most/ }).waitFor();
    await page.getByText('The counts as a table').click();
    const table = page.getByRole('region', { name: 'Throughput' });
    expect(await table.locator('tbody tr').count()).toBeGreaterThan(0);
    for (const colours of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: colours });
      expect(await browser.findAxeFaults(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Last 24 hours' }).click();
    await page.waitForURL('**/console?over=24h');
    await page.getByText('in parts of 10 min').waitFor();
    await page.goto(`${platform.api.url}/console/queues/probe?over=24h`);
    await page.getByRole('img', { name: /^Accepted: [1-9]/ }).waitFor();
    await page.getByLabel('Of the job type').selectOption('probe.run');
    await page.waitForURL('**/console/queues/probe?over=24h&type=probe.run');
    await page.getByRole('img', { name: /^Accepted: [1-9]/ }).waitFor();
  });

  it('views of jobs are kept by name, with the columns that are in the URL', async () => {
    const { body } = await platform.api.post('/v1/jobs', {
      type: 'probe.run',
      payload: {},
      submittedFor: 'grace',
    });
    await platform.api.finished(body.id as string);
    const page = await open('/jobs?for=grace');
    const views = page.getByRole('region', { name: 'Saved views' });
    const rows = page.getByRole('region', { name: 'Jobs' });
    await rows.locator('tbody tr').first().waitFor();
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Priority' }).check();
    await page.getByRole('checkbox', { name: 'Queue' }).uncheck();
    await page.waitForURL((url) => url.searchParams.get('columns')?.includes('priority') === true);
    const titles = ['Job', 'State', 'Type', 'For', 'Priority', 'Created', 'Ended', 'Attempt', 'Error'];
    expect(await rows.locator('th').allInnerTexts()).toEqual(titles);
    await views.getByText('Change the saved views').click();
    await views.getByLabel('Save what is shown as').fill('Of Grace');
    await page.keyboard.press('Enter');
    await views.getByRole('link', { name: 'Of Grace' }).waitFor();
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await views.getByRole('link', { name: 'Failed in the last hour' }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'state:dead_lettered,expired');
    await page.reload();
    await views.getByRole('link', { name: 'Of Grace' }).click();
    await page.waitForURL((url) => url.searchParams.get('for') === 'grace');
    await rows.locator('tbody tr', { hasText: body.id as string }).waitFor();
    expect(await rows.locator('th').allInnerTexts()).toEqual(titles);
    await views.getByText('Change the saved views').click();
    await views.getByRole('button', { name: /^Forget/ }).click();
    await views.getByRole('link', { name: 'Of Grace' }).waitFor({ state: 'detached' });
  });
});
