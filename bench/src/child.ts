import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

interface Call {
  readonly call: number;
  readonly name: string;
  readonly input: unknown;
}

interface Answer {
  readonly call: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** What a child has open is closed within this time, or left: its broker may be gone. */
const closeLimitMs = 5_000;

/** A process of the bench's own, that does what the parent calls for: see {@link answerCalls}. */
export class Child {
  private readonly pending = new Map<
    number,
    { resolve(answer: unknown): void; reject(error: Error): void }
  >();
  private calls = 0;
  private ended: Error | undefined;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ call, answer, error }: Answer) => {
      const waiting = this.pending.get(call);
      this.pending.delete(call);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    child.once('error', (error) => this.end(error));
    child.once('exit', (code, signal) =>
      this.end(new Error(`${child.spawnargs.join(' ')} ended (${code ?? signal}) before it answered.`)),
    );
  }

  /** @param module relative to the folder of this file, e.g. `bare/drain-worker.js` */
  static start(module: string): Child {
    return new Child(
      fork(new URL(module, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  /** Starts a program in another language, which speaks on the same channel: lines of JSON on the file that NODE_CHANNEL_FD numbers. */
  static startProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Child {
    return new Child(spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  call<Result = void>(name: string, input: unknown = null): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const call = ++this.calls;
      this.pending.set(call, { resolve: (answer) => resolve(answer as Result), reject });
      this.child.send({ call, name, input } satisfies Call);
    });
  }

  /** Lets it close what it has open, and waits until it has ended. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await exited;
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

/**
 * In a child: answers each call by the function of its name, and ends with the parent.
 * @param close what to do before the end
 */
export function answerCalls(
  calls: Readonly<Record<string, (input: never) => Promise<unknown>>>,
  close: () => Promise<unknown> = async () => undefined,
): void {
  process.on('message', ({ call, name, input }: Call) => {
    void calls[name]!(input as never).then(
      (answer) => process.send?.({ call, answer } satisfies Answer),
      (error: unknown) => process.send?.({ call, error: (error as Error).stack ?? '' } satisfies Answer),
    );
  });
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), closeLimitMs);
    void close().finally(() => process.exit(0));
  });
  // A Ctrl-C of the terminal reaches the children too; the parent ends them in its order.
  process.on('SIGINT', () => undefined);
}
