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
});
