import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleBrowser, Platform, type VisitedPage } from '@jobstream/testing';

describe('the console', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  let visit: VisitedPage;
  beforeAll(async () => {
    [platform, browser] = await Promise.all([
      Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } }),
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

  it('edits a payload over what it was, with each fault at its place, and in a plain field where the editor is not to be had', async () => {
    const id = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    await platform.api.finished(id);
    const page = await open(`/jobs/${id}`);
    const dialog = page.getByRole('dialog', { name: 'Run it again' });
    const again = dialog.getByRole('button', { name: 'Run it again' });
    const write = async (text: string) => {
      await dialog.getByRole('textbox', { name: 'Payload' }).focus();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
    };
    await page.getByRole('button', { name: /^Run it again/ }).click();
    await dialog.getByLabel('Why').fill('to see what is refused');
    await write('{\n  "failTimes": 0,\n}');
    const fault = dialog.locator('.cm-fault-line');
    await fault.waitFor();
    expect(await again.isDisabled()).toBe(true);
    await write('{\n  "failTimes": 0,\n  "sleepMs": -1\n}');
    await fault.waitFor({ state: 'detached' });
    expect(await dialog.locator('.cm-deletedChunk').first().innerText()).toContain('failTimes');
    await again.click();
    await dialog.getByText('patch_breaks_schema').waitFor();
    await fault.waitFor();
    const linesAround = await dialog.locator('.cm-line, .cm-fault-line').allInnerTexts();
    const place = linesAround.findIndex((line) => line.includes('"sleepMs": -1'));
    expect(await fault.innerText()).toBe(linesAround[place + 1]);
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await browser.findAxeFaults(page)).toEqual([]);
    expect(visit.errors.filter((error) => !error.includes('422'))).toEqual([]);
    await page.route('**/merge-editor-*.js', (route) => route.abort());
    await page.reload();
    await page.getByRole('button', { name: /^Run it again/ }).click();
    await dialog.locator('textarea').waitFor();
    await write('{"failTimes": 0, "failWith": "non-retryable"}');
    await dialog.getByText('{"op":"replace","path":"/failTimes","value":0}').waitFor();
    visit.errors.splice(0);
  });

  it('leads from each transition to its record, and from there to those before and after it', async () => {
    const id = await platform.api.submitted('probe.run', { note: 'seen in the log' });
    await platform.api.finished(id);
    const page = await open(`/jobs/${id}`);
    const recordOf = (state: string) =>
      page
        .getByRole('region', { name: 'Records of the job' })
        .locator('tr', { hasText: state })
        .getByRole('link')
        .last();
    await recordOf('queued').click();
    const dialog = page.getByRole('dialog', { name: /^Record / });
    await dialog.getByRole('region', { name: 'Value' }).getByText('"note": "seen in the log"').waitFor();
    await dialog.getByRole('region', { name: 'Headers' }).getByText('"js-phase": "queued"').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.goto(`${platform.api.url}/console/jobs/${id}`);
    await recordOf('succeeded').click();
    await dialog.getByRole('link', { name: id }).waitFor();
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByLabel('From offset').fill('999999');
    await page.keyboard.press('Enter');
    await page.getByText('offsets_outside_log').waitFor();
    await page.getByLabel('From offset').fill('');
    await page.getByLabel('or from time').fill('2020-01-01T00:00:00Z');
    await page.keyboard.press('Enter');
    await page.waitForURL('**since=2020*');
    await page.getByRole('button', { name: 'Open 0', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Earlier' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Open 0', exact: true }).click();
    await dialog.getByRole('region', { name: 'Value' }).waitFor();
  });
});
