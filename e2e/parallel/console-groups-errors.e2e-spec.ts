import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobDetail } from '@jobstream/contracts/rest';
import { ConsoleBrowser, eventually, Platform } from '@jobstream/testing';

describe('the console', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
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

  /** The group of the error of a job that has failed. */
  const groupOf = (id: string) =>
    eventually(async () => {
      const { body } = await platform.api.get<JobDetail>(`/v1/jobs/${id}`);
      expect(body.error?.group).toBeTruthy();
      return body.error!.group!;
    });

  it('shows failures that are alike as one, with their stack, mutes them, and runs them again', async () => {
    const ids = await Promise.all(
      ['one 1', 'two 2'].map((note) =>
        platform.api.submitted('probe.run', { failTimes: 2, failWith: 'non-retryable', note }),
      ),
    );
    await Promise.all(ids.map((id) => platform.api.finished(id)));
    const group = await groupOf(ids[0]!);
    const visit = await browser.open(`${platform.api.url}/console/jobs/${ids[0]}`);
    const { page } = visit;
    const go = (path: string) => page.goto(`${platform.api.url}/console${path}`);
    await page.getByText('Stack', { exact: true }).click();
    await page.getByRole('region', { name: 'Stack' }).getByText('at ').waitFor();
    await page.getByRole('link', { name: 'Failures like this one' }).click();
    await page.waitForURL(`**/console/errors/${group}`);
    await page.getByText('Stack', { exact: true }).click();
    await page.getByRole('region', { name: 'Stack' }).getByText('at ').waitFor();
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await go('');
    const broke = page.getByRole('region', { name: 'What broke last' });
    await broke.getByRole('img', { name: '2 failures in the last 24 hours' }).waitFor();
    await broke.getByRole('link').first().click();
    await page.getByRole('button', { name: 'Mute' }).click();
    const mute = page.getByRole('dialog', { name: 'Mute the error' });
    await mute.getByLabel('How long').selectOption('for a day');
    await mute.getByLabel('Note').fill('it fails as it was asked to');
    await mute.getByRole('button', { name: 'Mute it' }).click();
    await page.getByText('Muted until').waitFor();
    await go('');
    await page.getByText('all errors are muted').waitFor();
    await go('/errors');
    await page.getByText('None. A job that fails').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('muted');
    await page.waitForURL('**/console/errors?show=muted');
    await page.locator('tr', { hasText: 'it fails as it was asked to' }).getByRole('link').first().click();
    await page.getByRole('button', { name: 'Unmute' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unmute it' }).click();
    await page.getByRole('button', { name: 'Mute', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Run its dead letters again' }).click();
    const redrive = page.getByRole('dialog', { name: 'Run all that match again' });
    await redrive.getByText(`group:${group} state:dead_lettered`).waitFor();
    await redrive.getByText('2 jobs would run again').waitFor();
    await redrive.getByLabel('Why').fill('once more');
    await redrive.getByRole('button', { name: 'Run them again' }).click();
    await page.waitForURL('**/console/actions/*');
    await Promise.all(
      ids.map((id) => eventually(async () => expect(await platform.api.job(id)).toMatchObject({ run: 2 }))),
    );
    expect([visit.errors, visit.foreignRequests]).toEqual([[], []]);
    await visit.close();
  });
});
