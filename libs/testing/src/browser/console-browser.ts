import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { patienceMs } from '../eventually.js';
import { provideChromium } from './chromium.js';

/** How a person has set up the browser. */
export interface Visitor {
  /** Default: light. */
  readonly colours?: 'light' | 'dark';
  /** Pixels. Default 1280. */
  readonly width?: number;
  /** How slow the machine and its line are. Default: as they are. */
  readonly slowness?: Slowness;
  /** A script that runs in the page before its own. */
  readonly script?: string;
  /** `name=value` of a cookie that the browser has already. */
  readonly cookie?: string;
}

/** A machine and a line that are slower than those of the test. */
export interface Slowness {
  /** The processor is so many times slower. */
  readonly processor: number;
  /** Added to each request. */
  readonly latencyMs: number;
  /** Each way. */
  readonly megabitsPerSecond: number;
}

/** A request of a page. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** By `performance.now()` of this process. */
  readonly at: number;
}

/** What a page did that it must not do. */
export interface PageFaults {
  /** Breaches of its policy, and errors that no code caught. */
  readonly errors: string[];
  /** Requests to anybody but its own server. */
  readonly foreignRequests: string[];
}

/** A page of the console in a browser, and what it did wrong so far. */
export interface VisitedPage extends PageFaults {
  readonly page: Page;
  /** What it has asked for so far, in order. */
  readonly requests: readonly SentRequest[];
  close(): Promise<void>;
}

/** A rule of accessibility that a page breaks, and where. */
export interface AxeFault {
  readonly rule: string;
  readonly places: readonly string[];
}

/** WCAG 2.2, levels A and AA. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const height = 800;

/** A real browser, for the tests of pages. One serves a whole test file. */
export class ConsoleBrowser {
  private axe: string | undefined;

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<ConsoleBrowser> {
    const { executable, environment } = await provideChromium();
    // Most tests of this lib's handles need no browser, and its driver takes a while to load.
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({
      executablePath: executable,
      env: { ...(process.env as Record<string, string>), ...environment },
      // Tests may run as root, and in containers whose /dev/shm is small.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    return new ConsoleBrowser(browser);
  }

  /** Opens a page in a session of its own. */
  async open(
    url: string,
    { colours = 'light', width = 1280, slowness, script, cookie }: Visitor = {},
  ): Promise<VisitedPage> {
    const context = await this.browser.newContext({
      // By LANG=C a browser has a locale that Intl does not take.
      locale: 'en-GB',
      colorScheme: colours,
      viewport: { width, height },
    });
    context.setDefaultTimeout(patienceMs);
    if (cookie !== undefined) await addCookie(context, url, cookie);
    const page = await context.newPage();
    if (script !== undefined) await page.addInitScript(script);
    if (slowness !== undefined) await slowDown(page, slowness);
    const faults: PageFaults = { errors: [], foreignRequests: [] };
    page.on('pageerror', (error) => faults.errors.push(error.message));
    page.on('console', (message) => {
      // The browser itself tells of each answer that is no success: those are shown to people elsewhere.
      const isBreach = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isBreach) faults.errors.push(message.text());
    });
    const requests: SentRequest[] = [];
    const { origin } = new URL(url);
    page.on('request', (request) => {
      requests.push({ method: request.method(), url: request.url(), at: performance.now() });
      if (new URL(request.url()).origin !== origin && !request.url().startsWith('data:'))
        faults.foreignRequests.push(request.url());
    });
    await page.goto(url);
    return { page, requests, ...faults, close: () => context.close() };
  }

  /** The rules of WCAG 2.2 AA that a page breaks as it is now. Its policy stays in force meanwhile. */
  async findAxeFaults(page: Page): Promise<AxeFault[]> {
    this.axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(this.axe);
    const options = JSON.stringify({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    const { violations } = await page.evaluate<{
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string }[];
      }[];
    }>(`axe.run(document, ${options})`);
    return violations.map(({ id, nodes }) => ({
      rule: id,
      places: nodes.map(({ html }) => html.slice(0, 200)),
    }));
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}

async function addCookie(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const [name, ...value] = cookie.split('=');
  const { origin } = new URL(url);
  await context.addCookies([{ name: name!, value: value.join('='), url: origin, sameSite: 'Strict' }]);
}

async function slowDown(page: Page, { processor, latencyMs, megabitsPerSecond }: Slowness): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const throughput = (megabitsPerSecond * 1_000_000) / 8;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: processor });
}
