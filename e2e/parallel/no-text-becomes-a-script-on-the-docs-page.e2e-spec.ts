import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleBrowser, Platform } from '@jobstream/testing';

describe('the page of the REST interface', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  beforeAll(async () => {
    [platform, browser] = await Promise.all([
      Platform.start({ services: { api: 1 } }),
      ConsoleBrowser.start(),
    ]);
  });
  afterAll(async () => {
    await browser?.stop();
    await platform?.stop();
  });

  it('shows and tries a route in a policy that lets no text become a script', async () => {
    const { headers } = await platform.api.request('GET', '/docs');
    expect(headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
    const visit = await browser.open(`${platform.api.url}/docs`);
    const { page } = visit;
    const route = page.locator('.opblock', { hasText: 'List all queues, by name' });
    // It is a large script, and other tests may have the processors.
    await route.first().waitFor({ timeout: 120_000 });
    await route.getByRole('button').first().click();
    await route.getByRole('button', { name: 'Try it out' }).click();
    await route.getByRole('button', { name: 'Execute' }).click();
    await route.getByText('Response body').waitFor();
    const planted = `<b>shown</b><img src=x onerror="globalThis.hacked = 1"><script>globalThis.hacked = 2</script>
      <a href="javascript:globalThis.hacked=3">lure</a><iframe srcdoc="<script>top.hacked = 4</script>"></iframe>`;
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(planted)})`);
    await page.getByText('lure', { exact: true }).click();
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    const last = await page.evaluate<string>('document.body.innerHTML');
    expect(last).toContain('<b>shown</b><img src="x">');
    expect(last).not.toMatch(/onerror|javascript:|<iframe/);
    expect([visit.errors, visit.foreignRequests]).toEqual([[], []]);
    await visit.close();
  });
});
