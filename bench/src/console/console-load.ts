// Open consoles, in a process of its own: each asks for what a recorded page has asked for, at its pace.
import { setMaxListeners } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { consoleHeader } from '@jobstream/contracts/rest';
import { answerCalls } from '../child.js';
import { shiftTimes, type ConsoleRequests } from './recorded-requests.js';

/** Consoles to open. */
export interface ConsoleLoad {
  readonly origin: string;
  /** The session of each. */
  readonly cookies: readonly string[];
  readonly requests: ConsoleRequests;
}

/** As a browser has them to one server. */
const connections = 6;

/** What open consoles have met since they were opened. */
export interface ConsolesFound {
  readonly answers: number;
  readonly frames: number;
}

/** An open console. It keeps what has a tag, as a browser does, and asks whether it is still so. */
class OpenConsole {
  answers = 0;
  frames = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: connections });
  private readonly tags = new Map<string, string>();
  private readonly closing = new AbortController();

  constructor(
    private readonly origin: string,
    private readonly cookie: string,
  ) {
    // Each request under way listens.
    setMaxListeners(0, this.closing.signal);
  }

  /** @param phase where in the period it begins, from 0 to 1 */
  open({ once, repeated, periodMs, recordedAt }: ConsoleRequests, phase: number): Promise<unknown> {
    const began = Date.now() - phase * periodMs;
    const repeat = async (path: string, atMs: number) => {
      for (let dueAt = began + atMs; ; dueAt += periodMs) {
        if (dueAt < Date.now()) continue;
        await sleep(dueAt - Date.now(), undefined, { signal: this.closing.signal });
        await this.ask(shiftTimes(path, dueAt - atMs - recordedAt));
      }
    };
    return Promise.all([
      ...once.map((path) => this.ask(path)),
      ...repeated.map(({ path, atMs }) => repeat(path, atMs)),
    ]).catch((error: unknown) => {
      if (!this.closing.signal.aborted) throw error;
    });
  }

  close(): void {
    this.closing.abort();
    this.agent.destroy();
  }

  private async ask(path: string): Promise<void> {
    const response = await this.send(path);
    const { statusCode: status, headers } = response;
    if (status !== 200 && status !== 304) throw new Error(`${status} ${path}`);
    if (headers.etag !== undefined) this.tags.set(path, headers.etag);
    for await (const chunk of response.setEncoding('utf8'))
      this.frames += (chunk as string).split('event: frame').length - 1;
    this.answers += 1;
  }

  private send(path: string): Promise<IncomingMessage> {
    const tag = this.tags.get(path);
    const headers = {
      cookie: this.cookie,
      [consoleHeader]: '1',
      ...(tag !== undefined && { 'if-none-match': tag }),
    };
    return new Promise((resolve, reject) => {
      get(`${this.origin}${path}`, { agent: this.agent, headers, signal: this.closing.signal }, resolve).on(
        'error',
        reject,
      );
    });
  }
}

let open: readonly { readonly page: OpenConsole; readonly ended: Promise<unknown> }[] = [];

answerCalls({
  open: async ({ origin, cookies, requests }: ConsoleLoad) => {
    open = cookies.map((cookie, nth) => {
      const page = new OpenConsole(origin, cookie);
      const ended = page.open(requests, nth / cookies.length);
      // Told when they are closed.
      ended.catch(() => undefined);
      return { page, ended };
    });
  },
  close: async (): Promise<ConsolesFound> => {
    for (const { page } of open) page.close();
    await Promise.all(open.map(({ ended }) => ended));
    const sum = (of: (page: OpenConsole) => number) => open.reduce((total, { page }) => total + of(page), 0);
    return { answers: sum((page) => page.answers), frames: sum((page) => page.frames) };
  },
});
