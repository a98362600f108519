import { problemSchema } from '@jobstream/contracts';
import { CommandError } from './command-error.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';

/** How the command reaches the platform. */
export interface ApiSettings {
  /** `--url`, `JOBSTREAM_URL`; default the embedded stack's. */
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
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw this.explain(response.status, text);
    return text === '' ? undefined : JSON.parse(text);
  }

  private async send(method: string, path: string, body: unknown): Promise<Response> {
    const { url, apiKey } = this.settings;
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    try {
      return await fetch(new URL(path, url), {
        ...{ method, headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      const advice = 'Is it running (npm start)? Say where with --url or JOBSTREAM_URL.';
      throw new CommandError(exitCodes.failure, `Nothing answers at ${url}. ${advice}`, { cause });
    }
  }

  private explain(status: number, text: string): CommandError {
    const { data: problem } = problemSchema.safeParse(parse(text));
    if (!problem) {
      const message = `${this.settings.url} answered ${status}, and not as Jobstream does. Check --url.`;
      return new CommandError(exitCodeOf(status), message);
    }
    const faults = (problem.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || '/'}: ${detail}`);
    const message = `${problem.title}. ${problem.detail}${faults.join('')}`;
    return new CommandError(exitCodeOf(status), message, { code: problem.code });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
