// Draws the pictures of docs/product.md and docs/console.md (npm run pictures): starts a platform of its own, has it work, and
// takes what comes out: a page of its report, the mail that announces it, the text that it reads from a photographed page, and
// each page of its console.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { deriveJobId, Topics } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { lowestIdAt } from '@jobstream/contracts/rest';
import { findFreePort } from '@jobstream/stack';
import { ApiClient, ConsoleBrowser, eventually, writeRecords } from '@jobstream/testing';
import sharp from 'sharp';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pictures = join(root, 'docs/pictures');
const font = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf/DejaVuSans.ttf',
);
const patience = { timeoutMs: 120_000 };
const dayMs = 24 * 3_600_000;

async function startPlatform(home) {
  const PORT = String(await findFreePort());
  const starter = fork(join(root, 'tools/stack/dist/start.js'), {
    env: { ...process.env, JOBSTREAM_HOME: home, PORT },
  });
  const [message] = await Promise.race([once(starter, 'message'), once(starter, 'exit').then(() => [])]);
  if (!message) throw new Error('The platform did not start; what it said is above.');
  const processes = JSON.parse(readFileSync(join(home, 'processes.json'), 'utf8'));
  const broker = `127.0.0.1:${processes.find(({ service }) => service === 'kafka').port}`;
  return { starter, broker, api: new ApiClient(message.url) };
}

/** Requests as if they had been submitted on the days of a month; they run now. */
function requestsOfAMonth(now) {
  return Array.from({ length: 30 }, (_, day) => day).flatMap((day) =>
    Array.from({ length: 6 + ((day * 7) % 13) }, (_, nth) => {
      const createdAt = now - day * dayMs - nth * 60_000;
      const id = deriveJobId(lowestIdAt(createdAt), `${day} ${nth}`);
      const fails = (day * 5 + nth) % 17 === 0;
      const payload = fails ? { failTimes: 9, failWith: 'non-retryable' } : { sleepMs: (nth * 37) % 200 };
      const job = { v: 1, id, type: 'probe.run', queue: 'probe' };
      const value = { ...job, payload, priority: 'normal', maxAttempts: 4 };
      return { id, ...encodeRecord({ phase: 'queued', run: 1, attempt: 1, createdAt, value }) };
    }),
  );
}

async function work({ api, broker }) {
  const requests = requestsOfAMonth(Date.now());
  const topic = new Topics().requests('probe');
  await writeRecords(
    requests.map(({ id: _, ...record }) => ({ topic, ...record })),
    broker,
  );
  const body = readFileSync(join(root, 'apps/inference-worker/fixtures/page.jpg'));
  await api.request('PUT', '/images/page', { body, headers: { 'content-type': 'image/jpeg' } });
  const reading = await api.submitted('inference.ocr', { imageId: 'page' });
  const thumbnail = await api.submitted('image.thumbnail', { imageId: 'page' });
  await Promise.all(
    [...requests.map(({ id }) => id), thumbnail].map((id) => eventually(() => api.finished(id), patience)),
  );
  return { page: body, text: (await api.finished(reading, patience)).result.text };
}

async function report(api) {
  const { body } = await api.post('/reports', { user_id: 'ada@example.org', report_type: 'usage' });
  await api.finished(body.task_id, patience);
  const response = await fetch(`${api.url}/reports/${body.task_id}`);
  const mail = await eventually(async () => {
    const { items } = (await api.get('/dev/mail')).body;
    const found = items.find(({ text }) => text.includes(body.task_id));
    if (!found) throw new Error('The mail has not come yet.');
    return found;
  }, patience);
  return { pdf: Buffer.from(await response.arrayBuffer()), mail };
}

async function drawFirstPage(pdf, name) {
  const pdfium = await PDFiumLibrary.init();
  const document = await pdfium.loadDocument(pdf);
  const { data, width, height } = await document.getPage(0).render({ scale: 1.2 });
  await writePicture(sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha(), name);
  document.destroy();
  pdfium.destroy();
}

async function drawMail({ from, to, subject, text }, name) {
  const escape = (words) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const markup = `<b>${escape(subject)}</b>\n<span foreground="#666666">from ${escape(from)}\nto ${escape(to.join(', '))}</span>\n\n${escape(text.trim())}`;
  const words = await sharp({
    text: { text: markup, font: 'DejaVu Sans 10', fontfile: font, dpi: 96, rgba: true },
  })
    .png()
    .toBuffer();
  const margin = 20;
  const paper = sharp(words).flatten({ background: '#ffffff' });
  const extended = paper.extend({
    top: margin,
    bottom: margin,
    left: margin,
    right: margin,
    background: '#ffffff',
  });
  await writePicture(extended, name);
}

/** Pages of the console by the names of their pictures. */
function consolePages({ job, group, flow, action, replay, past }) {
  return {
    overview: '',
    jobs: '/jobs',
    'jobs-past': `/jobs?at=${past}`,
    job: `/jobs/${job}`,
    'job-past': `/jobs/${job}?at=${past}`,
    'dead-letters': '/dead-letters',
    errors: '/errors',
    error: `/errors/${group}`,
    queues: '/queues',
    queue: '/queues/probe',
    workers: '/workers',
    schedules: '/schedules',
    schedule: '/schedules/health-check',
    replays: '/replays',
    replay: `/replays/${replay}`,
    actions: '/actions',
    action: `/actions/${action}`,
    flows: '/flows',
    flow: `/flows/${flow}`,
    test: '/test?type=probe.run',
    topics: '/topics',
    topic: '/topics/jobs.events',
    types: '/types',
    type: '/types/probe.run',
    webhooks: '/webhooks',
    webhook: '/webhooks/notify',
    rebuilds: '/rebuilds',
    access: '/access',
    mail: '/mail',
    health: '/health',
  };
}

/** What the pages show one of: a job that failed, the group of its error, a flow, an action and a replay that have ended. */
async function prepareConsole(api) {
  const { body } = await api.get('/v1/jobs?state=dead_lettered&limit=1');
  const job = body.items[0];
  const { body: failed } = await eventually(async () => {
    const found = await api.get(`/v1/jobs/${job.id}`);
    if (!found.body.error?.group) throw new Error('The error has no group yet.');
    return found;
  }, patience);
  const history = await api.get(`/v1/jobs/${job.id}/history`);
  const flow = await runFlow(api);
  const why = 'the downloads work again';
  const wish = { action: 'replay', q: `group:${failed.error.group} state:dead_lettered`, cap: 2, why };
  const action = await api.post('/v1/actions', wish);
  const replay = await api.post('/v1/replays', { source: 'dead-letters', queue: 'probe', cap: 2, why });
  for (const path of [`/v1/actions/${action.body.id}`, `/v1/replays/${replay.body.id}`])
    await eventually(async () => {
      const { body: order } = await api.get(path);
      if (!order.finishedAt) throw new Error(`${path} has not ended: ${JSON.stringify(order)}`);
    }, patience);
  return {
    job: job.id,
    group: failed.error.group,
    flow,
    action: action.body.id,
    replay: replay.body.id,
    past: history.body.items[0].time,
  };
}

/** One job before two, one after them; a failure holds the last one. @returns the id of the flow, which has ended */
async function runFlow(api) {
  const probe = { type: 'probe.run' };
  const { body } = await api.post('/v1/flows', {
    jobs: [
      { ...probe, name: 'read', payload: { note: 'hello' } },
      { ...probe, name: 'left', payload: { note: { $result: 'read.note' } } },
      { ...probe, name: 'right', payload: { failWith: 'non-retryable', failTimes: 9 }, after: ['read'] },
      { ...probe, name: 'join', payload: {}, after: ['left', 'right'] },
    ],
  });
  return eventually(async () => {
    const { state } = (await api.get(`/v1/flows/${body.id}`)).body;
    if (state === 'running') throw new Error('The flow has not ended.');
    return body.id;
  }, patience);
}

/** Each page in light and dark, for a desk and for a hand. */
async function drawConsole(api) {
  const pages = consolePages(await prepareConsole(api));
  const browser = await ConsoleBrowser.start();
  try {
    for (const colours of ['light', 'dark'])
      for (const width of [1280, 360]) {
        const { page, close } = await browser.open(`${api.url}/console`, { colours, width });
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(`${api.url}/console${path}`);
          await page
            .getByText(/^(Loading|Reading|Counting|Looking)…$/)
            .first()
            .waitFor({ state: 'detached' });
          // Rates are known from the second frame on.
          await page.waitForTimeout(path === '' ? 3_000 : 500);
          await writePicture(sharp(await page.screenshot()), `console/${name}-${colours}-${width}.png`);
        }
        await close();
      }
  } finally {
    await browser.stop();
  }
}

async function writePicture(image, name) {
  await image.png({ palette: true, effort: 10, compressionLevel: 9 }).toFile(join(pictures, name));
}

const home = mkdtempSync(join(tmpdir(), 'jobstream-pictures-'));
const platform = await startPlatform(home);
try {
  mkdirSync(join(pictures, 'console'), { recursive: true });
  const { page, text } = await work(platform);
  const { pdf, mail } = await report(platform.api);
  await drawFirstPage(pdf, 'usage-report.png');
  await drawMail(mail, 'report-ready-mail.png');
  await writePicture(sharp(page).resize({ width: 480 }), 'photographed-page.png');
  await drawConsole(platform.api);
  console.log(`Read from the photographed page:\n\n${text}`);
} finally {
  const exited = once(platform.starter, 'exit');
  platform.starter.kill('SIGTERM');
  await exited;
  rmSync(home, { recursive: true, force: true });
}
