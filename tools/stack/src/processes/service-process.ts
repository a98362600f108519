import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { instanceHeader } from '@jobstream/runtime';
import type { Environment } from '../environment.js';
import { findFreePort } from '../addresses/free-port.js';
import type { Guard } from './guard.js';
import type { GuardedProcess } from './guarded-process.js';
import { urlOf } from '../addresses/listen-address.js';
import { NODE_OPTIONS } from './services.js';

/** A service drains for up to 25 s after SIGTERM (DRAIN_SECONDS) and has 5 s to close; then it is killed. */
const STOP_LIMIT_MS = 32_000;
const LARGEST_OLD_LOG = 10 * 1024 * 1024;

/** What a service's `/health/ready` says. */
export interface Readiness {
  ready: boolean;
  /** False while nobody listens on its port. */
  answered: boolean;
  /** What is missing, in whole sentences; empty when ready. */
  why: string;
}

/** A program that Node runs. */
export interface NodeProgram {
  /** For Node, after the options that every service has: the file comes last. */
  args: readonly string[];
  /** In which it runs. */
  folder: string;
}

/** What a process of a service is started with. */
export interface ServiceProcessOptions {
  service: string;
  /** From 1. */
  instance: number;
  program: NodeProgram;
  /** Given to the process; PORT and JOBSTREAM_INSTANCE_TOKEN are added. */
  environment: Environment;
  /** What it listens on, HOST. */
  host: string;
  /** Undefined for any free one, chosen anew at each start. */
  port: number | undefined;
  guard: Guard;
  logFolder: string;
}

/** One process of a service. */
export class ServiceProcess {
  readonly service: string;
  readonly instance: number;
  readonly logFile: string;
  /** Shown by its `/health/ready`, so that no other process on its port is taken for it. */
  readonly token = randomBytes(8).toString('hex');
  private running: GuardedProcess | undefined;
  private currentPort = 0;
  private isBeingReplaced = false;
  private startCount = 0;
  private endPause: () => void = () => undefined;

  constructor(private readonly options: ServiceProcessOptions) {
    const { service, instance, logFolder } = options;
    this.service = service;
    this.instance = instance;
    this.logFile = join(logFolder, `${service}-${instance}.log`);
    mkdirSync(logFolder, { recursive: true });
    if (existsSync(this.logFile) && statSync(this.logFile).size > LARGEST_OLD_LOG) {
      renameSync(this.logFile, `${this.logFile}.old`);
    }
  }

  /** As people read it: `image-worker-2`. */
  get name(): string {
    return `${this.service}-${this.instance}`;
  }

  /** Of its HTTP server. */
  get port(): number {
    return this.currentPort;
  }

  /** Of its HTTP server, as this machine reaches it. */
  get url(): string {
    return urlOf(this.options.host, this.currentPort);
  }

  /** The process of now, or the last one. Only after {@link ServiceProcess.start}. */
  get process(): GuardedProcess {
    return this.running!;
  }

  /** How often it was started. */
  get starts(): number {
    return this.startCount;
  }

  /** Whether it was asked to end for a newer one. */
  get replacing(): boolean {
    return this.isBeingReplaced;
  }

  /** Runs the process; resolves once it runs, long before it is ready. */
  async start(): Promise<void> {
    const { program, environment, host, port, guard } = this.options;
    this.startCount += 1;
    this.currentPort = port ?? (await findFreePort(undefined, undefined, host));
    this.running = await guard.spawn({
      command: process.execPath,
      args: [...NODE_OPTIONS, ...program.args],
      env: { ...environment, PORT: String(this.currentPort), JOBSTREAM_INSTANCE_TOKEN: this.token },
      cwd: program.folder,
      logFile: this.logFile,
      layer: 'service',
      stopSignal: 'SIGTERM',
      stopLimitMs: STOP_LIMIT_MS,
    });
    this.isBeingReplaced = false;
  }

  /** Ends the process in an orderly way; whoever keeps it running starts the next, at once. */
  async replace(): Promise<void> {
    this.isBeingReplaced = true;
    this.endPause();
    await this.running?.stop();
  }

  /** Resolves after this time, or as soon as the process is to be replaced. */
  async pause(ms: number): Promise<void> {
    const called = new Promise<void>((resolve) => (this.endPause = resolve));
    await Promise.race([called, sleep(ms, undefined, { ref: false })]);
  }

  /** Asks the process how it is. */
  async readiness(): Promise<Readiness> {
    if (this.process.exit) return { ready: false, answered: false, why: 'It is not running.' };
    return askReadiness(this.url, this.token);
  }
}

/** Asks the process at this URL that shows this token how it is. Never throws. */
export async function askReadiness(url: string, token: string): Promise<Readiness> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    if (response.headers.get(instanceHeader) !== token) {
      await response.body?.cancel();
      return { ready: false, answered: false, why: `Another program answers at ${url}.` };
    }
    if (response.ok) return { ready: true, answered: true, why: '' };
    const why = describeChecks(await response.text());
    return { ready: false, answered: true, why: why === '' ? `It answers ${response.status}.` : why };
  } catch {
    return { ready: false, answered: false, why: 'It does not answer.' };
  }
}

/** The checks that failed, of a health report, each as a whole sentence; empty when the text is none. */
export function describeChecks(report: string): string {
  try {
    const { checks = {}, draining } = JSON.parse(report) as {
      checks?: Record<string, { ok: boolean; why?: string }>;
      draining?: boolean;
    };
    const failed = Object.entries(checks).filter(([, health]) => !health.ok);
    return [
      ...(draining ? ['It is stopping.'] : []),
      ...failed.map(([name, { why = 'Not ok.' }]) => `${name}: ${why.replace(/[^.!?]$/, '$&.')}`),
    ].join(' ');
  } catch {
    return '';
  }
}
