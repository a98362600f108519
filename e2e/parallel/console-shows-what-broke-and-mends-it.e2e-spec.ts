import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import {
  ConsoleBrowser,
  DatabaseProxy,
  Platform,
  StallWatch,
  writeRecords,
  type VisitedPage,
} from '@jobstream/testing';

/** Text that would run as a script wherever it became HTML. */
const hostile = '<img src="x" onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>';
const maxDelayMs = 2_000;

/** Each kind of page, with what only its own content says. */
const pages: Readonly<Record<string, string>> = {
  '': 'Jobs by state',
  '/jobs': 'Created',
  '/jobs/$failed': 'Payload and result',
  '/dead-letters': 'Redrive the group',
  '/errors': 'Last 24 h',
  '/queues': 'Oldest waits',
  '/queues/probe': 'Lag by lane and partition',
  '/workers': 'Last sign',
  '/schedules': 'health-check',
  '/schedules/health-check': 'Next times',
  '/replays': 'No replay yet',
  '/flows': 'No flow yet',
  '/test?type=probe.run': 'sleepMs',
  '/topics': 'jobs.events',
  '/topics/$events': 'of the offsets',
  '/types': 'probe.run',
  '/types/probe.run': 'Schema of the payload',
  '/webhooks': 'No webhook yet',
  '/webhooks/notify': 'Newest deliveries',
  '/rebuilds': 'Start a rebuild',
  '/access': 'Audit',
  '/mail': 'Mails of this platform are delivered',
  '/health': 'The API can do its work.',
  '/nowhere': 'No such page',
};

describe('the console', () => {
  let database: DatabaseProxy;
  let platform: Platform;
  let watch: StallWatch;
  let browser: ConsoleBrowser;
  let failed: string;
  let visit: VisitedPage;
  const visits: VisitedPage[] = [];
  beforeAll(async () => {
    watch = await StallWatch.start();
    database = await DatabaseProxy.open(process.env.DATABASE_URL!);
    [platform, browser] = await Promise.all([
      Platform.start({
        services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 },
        environment: { DATABASE_URL: database.url },
      }),
      ConsoleBrowser.start(),
    ]);
    failed = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    await platform.api.finished(failed);
  });
  afterAll(async () => {
    await browser?.stop();
    await platform?.stop();
    await database?.close();
    await watch.stop();
  });

  const open = async (path: string, visitor?: Parameters<ConsoleBrowser['open']>[1]) => {
    visit = await browser.open(`${platform.api.url}/console${path}`, visitor);
    visits.push(visit);
    return visit.page;
  };
  const says = (text: string) =>
    visit.page.locator('main').getByText(text).filter({ visible: true }).first().waitFor();

  afterEach(async () => {
    for (const { errors, foreignRequests, close } of visits.splice(0)) {
      expect([errors, foreignRequests]).toEqual([[], []]);
      await close();
    }
  });

  it('is accessible on every page: axe finds nothing, in light and dark, at 1280 and 360 px', async () => {
    const found: unknown[] = [];
    const pageInLight = await open('', { colours: 'light', width: 1280 });
    for (const [path, text] of Object.entries(pages)) {
      await pageInLight.goto(
        `${platform.api.url}/console${path.replace('$failed', failed).replace('$events', platform.topics.events)}`,
      );
      await says(text);
      for (const [colours, width] of [
        ['light', 1280],
        ['light', 360],
        ['dark', 1280],
        ['dark', 360],
      ] as const) {
        await pageInLight.emulateMedia({ colorScheme: colours });
        await pageInLight.setViewportSize({ width, height: 800 });
        const faults = await browser.findAxeFaults(pageInLight);
        const isTooWide = await pageInLight.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (faults.length > 0 || isTooWide) found.push({ path, colours, width, faults, isTooWide });
      }
    }
    expect(found).toEqual([]);
    console.log(`${Object.keys(pages).length} pages: no fault by WCAG 2.2 AA, none wider than the screen`);
  });

  it('works by keyboard: a failed job is found, understood, mended with an edited payload and run again', async () => {
    const page = await open('');
    await says('probe');
    const press = (key: string) => page.keyboard.press(key);
    await press('g');
    await press('d');
    await says('Redrive the group');
    await press('j');
    await press('Enter');
    await page.waitForURL('**/console/jobs?q=group*');
    await page.getByRole('link', { name: failed }).waitFor();
    await press('j');
    await press('Enter');
    await page.waitForURL(`**/console/jobs/${failed}`);
    await says('Attempt 1 fails for good as asked.');
    await press('r');
    const dialog = page.getByRole('dialog', { name: 'Run it again' });
    await dialog.waitFor();
    expect(await dialog.getByRole('button', { name: 'Run it again' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Payload' }).focus();
    await press('Control+a');
    await page.keyboard.insertText('{"failTimes": 0, "failWith": "non-retryable", "note": "mended"}');
    await dialog.getByText('{"op":"replace","path":"/failTimes","value":0}').waitFor();
    await dialog.getByLabel('Why').focus();
    await page.keyboard.type('it failed as it was asked to');
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('h1').getByText('succeeded').waitFor();
    const { state, run, payload } = await platform.api.job(failed);
    expect([state, run, payload]).toMatchObject(['succeeded', 2, { failTimes: 0, note: 'mended' }]);
    await page.getByText('Run 2, attempt 1').waitFor();
    await page.getByText('Run 2 after run 1: mended.').waitFor();
    const changes = page.getByRole('region', { name: 'Differences of payload' });
    expect(await changes.locator('tbody tr').allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/failTimes\s+1\s+0$/),
        expect.stringMatching(/^\/note\s+(not there|""|null)\s+"mended"$/),
      ]),
    );
    await page
      .getByRole('region', { name: 'Runs of the job' })
      .getByRole('link', { name: 'replay', exact: true })
      .click();
    const became = page.getByRole('region', { name: 'What became of its jobs' });
    await became.getByText('mended').waitFor();
    await page.goBack();
    await page.getByText('Run 2 after run 1: mended.').waitFor();
    await press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press('Escape');
    await press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await page.keyboard.type('queue pro');
    await page.getByRole('link', { name: 'Queue probe' }).waitFor();
    await press('Enter');
    await page.waitForURL('**/console/queues/probe');
    await press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await page.keyboard.type(platform.topics.events);
    await page.getByRole('link', { name: `Topic ${platform.topics.events}` }).waitFor();
    await press('Enter');
    await page.waitForURL(`**/console/topics/${platform.topics.events}`);
  });

  it('has its filter in the URL, so that a filter is a link and the way back works', async () => {
    const ada = await platform.api.submit('probe.run', {});
    const wanted = await platform.api.post('/v1/jobs', {
      type: 'probe.run',
      payload: {},
      submittedFor: 'ada',
    });
    await Promise.all([ada, wanted].map(({ body }) => platform.api.finished(body.id as string)));
    const page = await open('/jobs');
    await page.getByLabel('Submitted for').fill('ada');
    await page.keyboard.press('Tab');
    await page.waitForURL('**/console/jobs?for=ada');
    await page.getByRole('combobox', { name: 'State' }).selectOption('succeeded');
    await page.waitForURL('**/console/jobs?state=succeeded&for=ada');
    const link = page.url();
    await page.goBack();
    await page.waitForURL('**/console/jobs?for=ada');
    const other = await open(new URL(link).href.split('/console')[1]!);
    await other.locator('tbody tr').first().waitFor();
    expect(await other.locator('tbody tr').count()).toBe(1);
    expect(await other.locator('tbody tr').innerText()).toContain(wanted.body.id);
    await other.getByRole('button', { name: /^Submitted for: ada/ }).click();
    await other.waitForURL('**/console/jobs?state=succeeded');
    await other.goto(`${platform.api.url}/console/jobs?state=lost&since=soon`);
    await other.getByText('There is no state lost.').waitFor();
    await other.goto(`${platform.api.url}/console/jobs?type=${'x'.repeat(4_000)}`);
    await other.getByRole('status').getByText('/type: ').waitFor();
  });

  it('completes a filter by keyboard, takes a term away, says where it is wrong, and saves what it finds', async () => {
    const { body } = await platform.api.post('/v1/jobs', {
      type: 'probe.run',
      payload: {},
      submittedFor: '=lovelace',
    });
    await platform.api.finished(body.id as string);
    const page = await open('/jobs');
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.pressSequentially('sta');
    await page.getByRole('option', { name: /^state:/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('succ');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await filter.inputValue()).toBe('state:succeeded');
    await page.keyboard.type(' for:=love*');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'state:succeeded for:=love*');
    await page.locator('tbody tr').first().waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const saved = await readFile(await download.path(), 'utf8');
    expect(saved.split('\r\n')[1]).toContain(`${body.id as string},succeeded,probe.run,probe,'=lovelace,`);
    await page.getByRole('button', { name: /^state:succeeded/ }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'for:=love*');
    await filter.fill('run:1 qeue:probe');
    await page.getByText('Column 7: There is no field qeue.').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === 'run:1 qeue:probe');
  });

  it('shows what a hostile job says as text', async () => {
    const { body } = await platform.api.post('/v1/jobs', {
      type: 'probe.run',
      payload: { note: hostile },
      submittedFor: hostile,
    });
    const head = { run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued' } as const;
    const value = { v: 1, id: newJobId(), type: hostile, queue: 'probe', payload: {} } as const;
    const record = encodeRecord({ ...head, value: { ...value, priority: 'normal', maxAttempts: 1 } });
    await writeRecords([{ topic: platform.topics.requests('probe'), ...record }], process.env.KAFKA_BROKERS);
    await platform.api.finished(body.id as string);
    const page = await open(`/jobs/${body.id as string}`);
    await says('<img src=');
    expect(await page.getByLabel('Result').innerText()).toContain(JSON.stringify(hostile));
    await page.goto(`${platform.api.url}/console/jobs?for=${encodeURIComponent(hostile)}`);
    await says('<img src=');
    await page.goto(`${platform.api.url}/console/dead-letters`);
    await page.getByRole('cell', { name: hostile, exact: true }).waitFor();
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
  });

  it('is under a policy that lets no text become a script', async () => {
    const page = await open('');
    await says('probe');
    const plant = "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>')";
    await expect(page.evaluate(plant)).rejects.toThrow(/TrustedHTML/);
    const { headers } = await platform.api.request('GET', '/console');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    // The browser has told of what was planted: whatever a page does against its policy is seen here.
    expect(visit.errors.splice(0).length).toBeGreaterThan(0);
  });

  it('shows the log within two seconds, and the end of a job as it comes', async () => {
    const id = await platform.api.submitted('probe.run', { logLines: 2, sleepMs: 1_500 });
    const page = await open(`/jobs/${id}`);
    const seen = async (state: string) => {
      await page.getByRole('region', { name: 'Records of the job' }).getByText(state).waitFor();
      return Date.now();
    };
    const running = await seen('running');
    const ended = await seen('succeeded');
    await page.getByRole('region', { name: 'Log of the job' }).getByText('line 2 of 2').waitFor();
    const { startedAt, finishedAt } = await platform.api.finished(id);
    const spans = [
      [Date.parse(startedAt as string), running],
      [Date.parse(finishedAt as string), ended],
    ] as const;
    const delays = spans.map(([from, to]) => to - from);
    console.log(`a start was seen after ${delays[0]} ms, an end after ${delays[1]} ms`);
    for (const [from, to] of spans)
      expect(to - from - watch.stalledWithin(from, to)).toBeLessThan(maxDelayMs);
  });

  it('judges queues by the second: what holds jobs is said within two seconds, and taken back', async () => {
    const page = await open('');
    const verdict = page.locator('tr', { has: page.getByRole('link', { name: 'probe', exact: true }) });
    await verdict.getByText('Nothing waits.').waitFor();
    await platform.api.post('/v1/queues/probe/pause', {});
    const id = await platform.api.submitted('probe.run', {});
    const acceptedAt = Date.now();
    await verdict.getByText('Paused: 1 job unfinished').waitFor();
    const saidAt = Date.now();
    expect(saidAt - acceptedAt - watch.stalledWithin(acceptedAt, saidAt)).toBeLessThan(maxDelayMs + 1_000);
    // A schedule may have filed a job in a queue without a worker.
    await page.getByText(/^\d+ queues? in trouble\.$/).waitFor();
    await page.goto(`${platform.api.url}/console/jobs/${id}`);
    await page.locator('main').getByText('queue_paused').waitFor();
    await page.goto(`${platform.api.url}/console/queues/probe`);
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Pause/ }).waitFor();
    await platform.api.finished(id);
  });

  it('says of a job of a flow that has not started what it waits for, as links, and that it will not start', async () => {
    const { body } = await platform.api.post<{ id: string }>('/v1/flows', {
      jobs: [
        { name: 'import', type: 'probe.run', payload: { sleepMs: 60_000 } },
        { name: 'bind', type: 'probe.run', payload: {}, after: ['import'] },
      ],
    });
    const page = await open(`/flows/${body.id}`);
    const row = (name: string) => page.locator('tr', { has: page.getByText(name, { exact: true }) }).first();
    await row('bind').getByRole('link').click();
    await page.getByRole('heading', { name: 'Why it has not started' }).waitFor();
    await page.getByRole('listitem').getByText('started').waitFor();
    expect(await browser.findAxeFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'import' }).click();
    await page.locator('h1').getByText('running').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: body.id }).click();
    await page.waitForURL(`**/console/flows/${body.id}`);
    await platform.api.post(`/v1/flows/${body.id}/cancel`, {});
    await row('bind').getByText('cancelled').waitFor();
    await row('bind').getByRole('link').click();
    await says('was cancelled before its turn');
  });

  it('shows the past read only, as a link of each record', async () => {
    const id = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    await platform.api.finished(id);
    const page = await open(`/jobs/${id}`);
    await page.getByRole('button', { name: /^Run it again/ }).waitFor();
    const records = page.getByRole('region', { name: 'Records of the job' });
    await records.locator('tr', { hasText: 'queued' }).getByRole('link').first().click();
    await page.waitForURL(`**/console/jobs/${id}?at=*`);
    await page.getByText('read only').waitFor();
    await page.getByText('It was queued since').waitFor();
    expect(await page.locator('main button').allInnerTexts()).toEqual(['Copy']);
    await page.keyboard.press('r');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('slider').press('End');
    await page.getByText('It was dead-lettered since').waitFor();
    await page.goto(`${platform.api.url}/console/jobs/${id}?at=soon`);
    await page.getByText('The address names no time').waitFor();
  });

  it('outlives an API that is killed: what it shows stays, and a job is followed to its end', async () => {
    const id = await platform.api.submitted('probe.run', { sleepMs: 4_000 });
    const page = await open(`/jobs/${id}`);
    const records = page.getByRole('region', { name: 'Records of the job' });
    await records.getByText('running').waitFor();
    const api = platform.one('api');
    await api.crash();
    await page.getByRole('status').getByText('no_answer').first().waitFor();
    await records.getByText('running').waitFor();
    await platform.launch('api', api.port);
    await records.getByText('succeeded').waitFor();
    await page.locator('h1').getByText('succeeded').waitFor();
    expect(await page.getByText('no_answer').count()).toBe(0);
  });

  it('says that Postgres is away, keeps what it shows, and goes on by itself', async () => {
    const page = await open(`/jobs?state=succeeded`);
    await page.locator('tbody tr').first().waitFor();
    const rows = await page.locator('tbody tr').count();
    const refused = database.refused();
    database.cut();
    await refused;
    const notice = page.getByRole('status').getByText('database_unavailable');
    await notice.waitFor();
    await says('What is shown was read');
    expect(await page.locator('tbody tr').count()).toBe(rows);
    database.mend();
    await notice.waitFor({ state: 'detached' });
  });
});
