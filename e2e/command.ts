import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The program as `npx` starts it. */
export const commandPath = fileURLToPath(new URL('../apps/cli/bin/jobstream.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Launched {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves when it has said that Ctrl-C ends the watching alone: from then on it does. */
  readonly watches: Promise<void>;
}

/** The command against a platform. */
export class Command {
  /** @param url where the platform answers */
  constructor(private readonly url: string) {}

  run(...args: readonly string[]): Promise<Ended> {
    return this.launch(args).ended;
  }

  /** @param input its standard input: empty unless given */
  launch(args: readonly string[], input: Iterable<string | Buffer> = []): Launched {
    const child = spawn(process.execPath, [commandPath, ...args], {
      env: { PATH: process.env.PATH, JOBSTREAM_URL: this.url },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // It may end before it has read everything.
    pipeline(Readable.from(input), child.stdin).catch(() => undefined);
    const ended = Promise.all([
      text(child.stdout).catch(() => ''),
      text(child.stderr),
      once(child, 'exit'),
    ]).then(([stdout, stderr, [code]]): Ended => ({ code: code as number | null, stdout, stderr }));
    const watches = new Promise<void>((resolve) => {
      let told = '';
      child.stderr.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes('Ctrl-C')) resolve();
      });
    });
    return { child, ended, watches };
  }
}
