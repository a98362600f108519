import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { patienceMs } from '../eventually.js';
import { provideChromium } from './chromium.js';

/** How a person has set up the browser. */
export interface Visitor {
  /** Default: light. */
  readonly colours?: 'light' | 'dark';
  /** Pixels. Default 1280. */
  readonly width?: number;
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
  async open(url: string, { colours = 'light', width = 1280 }: Visitor = {}): Promise<VisitedPage> {
    const context = await this.browser.newContext({
      // By LANG=C a browser has a locale that Intl does not take.
      locale: 'en-GB',
      colorScheme: colours,
      viewport: { width, height },
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const faults: PageFaults = { errors: [], foreignRequests: [] };
    page.on('pageerror', (error) => faults.errors.push(error.message));
    page.on('console', (message) => {
      // The browser itself tells of each answer that is no success: those are shown to people elsewhere.
      const isBreach = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isBreach) faults.errors.push(message.text());
    });
    const { origin } = new URL(url);
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== origin && !request.url().startsWith('data:'))
        faults.foreignRequests.push(request.url());
    });
    await page.goto(url);
    return { page, ...faults, close: () => context.close() };
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
