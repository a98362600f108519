import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createdApiKeySchema } from '@jobstream/contracts/rest';
import { ApiClient, ConsoleBrowser, makeFirstApiKey, Platform } from '@jobstream/testing';

/** What a page could send by itself, whatever its buttons show. */
const changes = [
  ['POST', '/v1/jobs'],
  ['POST', '/v1/queues/probe/pause'],
  ['POST', '/v1/actions'],
  ['POST', '/v1/replays'],
  ['POST', '/v1/api-keys'],
  ['PATCH', '/v1/error-groups/0000000000000000'],
  ['DELETE', '/v1/schedules/health-check'],
] as const;

describe('a reader changes nothing in the console', () => {
  let platform: Platform;
  let browser: ConsoleBrowser;
  let admin: ApiClient;
  beforeAll(async () => {
    const starting = Platform.start({
      services: {},
      environment: { API_KEYS_REQUIRED: 'true' },
    });
    [platform, browser] = await Promise.all([starting, ConsoleBrowser.start()]);
    const first = await makeFirstApiKey(platform.environment());
    const [api] = await Promise.all([platform.launch('api'), platform.launch('projector')]);
    admin = new ApiClient(api.url, first);
  });
  afterAll(async () => {
    await browser?.stop();
    await platform?.stop();
  });

  const make = async (scope: 'read' | 'submit') => {
    const { body } = await admin.post('/v1/api-keys', { name: scope, scopes: [scope] });
    return createdApiKeySchema.parse(body);
  };

  it('by its buttons, by requests of its own, or after its key is gone', async () => {
    const [reader, submitter] = [await make('read'), await make('submit')];
    const { body: job } = await admin.submit('probe.run', {});
    const visit = await browser.open(`${admin.url}/console/queues/probe`);
    const { page } = visit;
    const signIn = async (key: string) => {
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn('jsk_nonsense');
    await page.getByText('This key is not valid').waitFor();
    await signIn(submitter.key);
    await page.getByText('This page needs a key with the scope read.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(reader.key);

    await page.getByRole('button', { name: 'Pause needs operate' }).waitFor();
    await page.goto(`${admin.url}/console/jobs/${job.id as string}`);
    await page.getByRole('button', { name: 'Cancel needs operate' }).waitFor();
    const enabled = page.locator('main button:not(:disabled)');
    expect((await enabled.allInnerTexts()).filter((text) => !text.startsWith('Copy'))).toEqual([]);
    await page.goto(`${admin.url}/console/access`);
    await page.getByText('This page needs a key with the scope admin').waitFor();

    const proof = "headers: { 'x-jobstream-console': '1', 'content-type': 'application/json' }, body: '{}'";
    const statuses = changes.map(([method, path]) =>
      page.evaluate<number>(
        `fetch('${path}', { method: '${method}', ${proof} }).then(({ status }) => status)`,
      ),
    );
    expect(await Promise.all(statuses)).toEqual(changes.map(() => 403));
    // Without the proof the cookie is nobody.
    const bare = "fetch('/v1/queues/probe/pause', { method: 'POST' }).then(({ status }) => status)";
    expect(await page.evaluate<number>(bare)).toBe(401);
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.goto(`${admin.url}/console/queues/probe`);
    await page.getByText('Lag by lane and partition').waitFor();
    await admin.request('DELETE', `/v1/api-keys/${reader.id}`);
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    expect(await page.getByText('Lag by lane and partition').count()).toBe(1);
    expect([visit.errors, visit.foreignRequests]).toEqual([[], []]);
    await visit.close();
  });
});
