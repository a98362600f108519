import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '../eventually.js';

/** What a server in Python is started with. */
export interface PythonServerOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Of 127.0.0.1, where it will listen. */
  readonly port: number;
}

/** A server in Python, in a process of its own. */
export class PythonServer {
  private child: ChildProcess | undefined;

  /** @param args those of `python3` */
  constructor(
    private readonly args: readonly string[],
    private readonly options: PythonServerOptions,
  ) {}

  /** Resolves once it listens. @throws Error when it ends before; its output is that of the test */
  async start(): Promise<void> {
    const { env, port } = this.options;
    const child = spawn('python3', this.args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    this.child = child;
    const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${this.args.join(' ')} ended.`)));
    // When it is stopped later, nobody waits for this any more.
    failed.catch(() => undefined);
    await Promise.race([failed, eventually(() => knock(port))]);
  }

  /** Ends it with SIGTERM, and waits until it has. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

async function knock(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
