import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@jobstream/testing';

/** What the server notes, in order. */
export type EndpointNote =
  | {
      readonly kind: 'received';
      readonly at: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'answered'; readonly id: string; readonly attempt: string };

const script = fileURLToPath(new URL('./endpoint-server.mjs', import.meta.url));

/** The server of an endpoint in a process of its own, which can be killed and started again at its port. */
export class EndpointProcess {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<EndpointProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'jobstream-endpoint-'));
    const server = new EndpointProcess(await freePort(), folder);
    await server.begin();
    return server;
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async begin(): Promise<void> {
    this.child = fork(script, [String(this.port), this.file]);
    await once(this.child, 'message');
  }

  /** Kills it where it stands. @throws Error when it had ended before */
  async crash(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null) throw new Error('The endpoint has ended before.');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`The endpoint ended by ${signal}.`);
  }

  async notes(): Promise<EndpointNote[]> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    // A line that was being written when it was killed is not whole.
    return text.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as EndpointNote] : []));
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.folder, 'notes.jsonl');
  }
}
