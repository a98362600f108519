import { fork, type ChildProcess } from 'node:child_process';
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

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ call, answer, error }: Answer) => {
      const waiting = this.pending.get(call);
      this.pending.delete(call);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    child.once('exit', (code, signal) => {
      const error = new Error(`${child.spawnfile} ended (${code ?? signal}) before it answered.`);
      for (const { reject } of this.pending.values()) reject(error);
      this.pending.clear();
    });
  }

  /** @param module relative to the folder of this file, e.g. `bare/drain-worker.js` */
  static start(module: string): Child {
    return new Child(
      fork(new URL(module, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  call<Result = void>(name: string, input: unknown = null): Promise<Result> {
    return new Promise((resolve, reject) => {
      const call = ++this.calls;
      this.pending.set(call, { resolve: (answer) => resolve(answer as Result), reject });
      this.child.send({ call, name, input } satisfies Call);
    });
  }

  /** Lets it close what it has open, and waits until it has ended. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
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
