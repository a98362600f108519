import { RestConnection, type RestRequest } from '@jobstream/client';
import { isFinal, type JobState } from '@jobstream/contracts';
import { DeclaredAnswers } from './declared-answers.js';
import { eventually, type Patience } from '../eventually.js';

/** An answer of the API with its body read; that of an event stream is not, since it may have no end. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The fields of a job that tests look at. */
export interface JobAnswer {
  readonly id: string;
  readonly type: string;
  readonly state: JobState;
  readonly run: number;
  readonly attempt: number;
  readonly result: Record<string, unknown> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly [field: string]: unknown;
}

/** Made at the first answer: most tests of a lib ask no API. */
let declared: DeclaredAnswers | undefined;

/**
 * The REST interface for tests: every status is an answer. Throws only at a lost connection, and at an answer that the OpenAPI
 * document does not declare.
 */
export class ApiClient {
  private readonly connection: RestConnection;

  /** @param apiKey sent where one is given */
  constructor(
    readonly url: string,
    apiKey?: string,
  ) {
    this.connection = new RestConnection({ url, apiKey });
  }

  async request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options: Pick<RestRequest, 'body' | 'headers'> = {},
  ): Promise<Answer<Body>> {
    const response = await this.connection.send({ method, path, ...options });
    const { status } = response;
    const contentType = response.headers.get('content-type');
    const isEndless = contentType?.startsWith('text/event-stream') ?? false;
    if (isEndless) await response.body?.cancel();
    const text = isEndless ? '' : await response.text();
    const body: unknown = contentType?.includes('json') ? JSON.parse(text) : text;
    declared ??= new DeclaredAnswers();
    declared.check(method, path, { status, contentType, body });
    return { status, headers: response.headers, body: body as Body };
  }

  post<Body = Record<string, unknown>>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    return this.request('POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return this.request('GET', path);
  }

  submit(type: string, payload: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/v1/jobs', { type, payload }, headers);
  }

  /**
   * The id of a job that has to be accepted. When a busy broker did not confirm it in time (504 `submit_unknown`), the job is
   * looked up under its id, as that answer says.
   */
  async submitted(type: string, payload: unknown): Promise<string> {
    const { status, body } = await this.submit(type, payload);
    const id = body.id as string;
    if (status === 504 && body.code === 'submit_unknown') return (await eventually(() => this.job(id))).id;
    if (status !== 202) throw new Error(`Not accepted: ${status} ${JSON.stringify(body)}`);
    return id;
  }

  /** The job as it is now; it has to exist. */
  async job(id: string): Promise<JobAnswer> {
    const { status, body } = await this.get<JobAnswer>(`/v1/jobs/${id}`);
    if (status !== 200) throw new Error(`GET /v1/jobs/${id}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** The job once it is final. Thousands may be waited for at once: those that take longer are asked for less often. */
  finished(id: string, patience?: Patience): Promise<JobAnswer> {
    return eventually(
      async () => {
        const job = await this.job(id);
        if (!isFinal(job.state)) throw new Error(`Job ${id} is still ${job.state}.`);
        return job;
      },
      { atLeastEveryMs: 500, ...patience },
    );
  }
}
