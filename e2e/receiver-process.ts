import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A request that the receiver took, because its signature was right. */
export interface HeardEvent {
  readonly id: string;
  readonly job: string;
  readonly state: string;
  /** From the end of the job to its arrival; processes of one machine share the clock. */
  readonly lateMs: number;
}

const script = fileURLToPath(new URL('./webhook-receiver.mjs', import.meta.url));

/** A receiver of webhooks in a process of its own, which verifies signatures as receivers do. */
export class ReceiverProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** `host:port`. */
    readonly host: string,
  ) {}

  static async start(): Promise<ReceiverProcess> {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new ReceiverProcess(child, `127.0.0.1:${port}`);
  }

  trust(secret: string): void {
    this.child.send({ give: secret });
  }

  /** The number of different events that it has heard. */
  async count(): Promise<number> {
    return (await this.ask<{ count: number }>('count')).count;
  }

  /** Every request: those it took, in order, and why it refused others. */
  all(): Promise<{ readonly heard: readonly HeardEvent[]; readonly refused: readonly string[] }> {
    return this.ask('all');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  private async ask<Answer>(ask: string): Promise<Answer> {
    this.child.send({ ask });
    const [answer] = (await once(this.child, 'message')) as [Answer];
    return answer;
  }
}
