import { problemSchema } from '@jobstream/contracts/rest';
import { CommandError } from './command-error.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';

/** How the command reaches the platform. */
export interface ApiSettings {
  /** `--url`, `JOBSTREAM_URL`; default the embedded stack's. As `readBaseUrl` gives it: paths are appended. */
  readonly url: string;
  /** `JOBSTREAM_API_KEY`: in no option, so that it shows in no list of processes. */
  readonly apiKey: string | undefined;
}

export const usualUrl = 'http://127.0.0.1:3000';

/** The REST interface of the platform, version 1. */
export class Api {
  constructor(private readonly settings: ApiSettings) {}

  /** @throws CommandError saying what the API answered, or that it can't be reached */
  async get<Answer>(path: string): Promise<Answer> {
    return (await this.request('GET', path)) as Answer;
  }

  /** @throws as {@link get} does */
  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    return (await this.request('POST', path, body)) as Answer;
  }

  /** @throws as {@link get} does */
  async delete(path: string): Promise<void> {
    await this.request('DELETE', path);
  }

  /** Answers undefined where nothing is answered. */
  private async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const { ok, status, text } = await this.send(method, path, body);
    if (!ok) throw this.explain(status, text);
    if (text === '') return undefined;
    const answer = parse(text);
    if (answer === undefined) throw this.explain(status, text);
    return answer;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ ok: boolean; status: number; text: string }> {
    const { url, apiKey } = this.settings;
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { ok: response.ok, status: response.status, text: await response.text() };
    } catch (error) {
      const advice = 'Is it running (npm start)? Say where with --url or JOBSTREAM_URL.';
      const message = `Nothing answers at ${url} (${describeCause(error as Error)}). ${advice}`;
      throw new CommandError(exitCodes.failure, message, { cause: error });
    }
  }

  private explain(status: number, text: string): CommandError {
    const { data: problem } = problemSchema.safeParse(parse(text));
    if (!problem) {
      const message = `${this.settings.url} answered ${status}, and not as Jobstream does. Check --url.`;
      return new CommandError(status < 400 ? exitCodes.failure : exitCodeOf(status), message);
    }
    const faults = (problem.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || '/'}: ${detail}`);
    const message = `${problem.title}. ${problem.detail}${faults.join('')}`;
    return new CommandError(exitCodeOf(status), message, { code: problem.code });
  }
}

/** fetch itself says no more than "fetch failed"; its cause says why, that of several addresses by a code alone. */
function describeCause({ cause, message }: Error): string {
  const { message: reason, code } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return reason || code || message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
