import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './environment.js';
import { findFreePort } from './free-port.js';
import type { Guard } from './guard.js';
import type { GuardedProcess } from './guarded-process.js';
import { NODE_OPTIONS, serviceMain, type ServiceName } from './services.js';
import { repositoryFolder } from './workplace.js';

/** A service drains for up to 25 s after SIGTERM (DRAIN_SECONDS) and has 5 s to close; then it is killed. */
const STOP_LIMIT_MS = 32_000;
const LARGEST_OLD_LOG = 10 * 1024 * 1024;

/** What a service's `/health/ready` says. */
export interface Readiness {
  ready: boolean;
  /** False while nobody listens on its port. */
  answered: boolean;
  /** What is missing, in words; empty when ready. */
  why: string;
}

/** One process of a service. */
export class ServiceProcess {
  readonly logFile: string;
  private running: GuardedProcess | undefined;
  private currentPort = 0;
  private isBeingReplaced = false;
  private startCount = 0;

  constructor(
    readonly service: ServiceName,
    /** From 1. */
    readonly instance: number,
    /** Given to the process; PORT is added. */
    private readonly environment: Environment,
    /** Undefined for any free one, chosen anew at each start. */
    private readonly fixedPort: number | undefined,
    private readonly guard: Guard,
    logFolder: string,
  ) {
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
    this.startCount += 1;
    this.currentPort = this.fixedPort ?? (await findFreePort());
    this.running = await this.guard.spawn({
      command: process.execPath,
      args: [...NODE_OPTIONS, serviceMain(repositoryFolder, this.service)],
      env: { ...this.environment, PORT: String(this.currentPort) },
      cwd: repositoryFolder,
      logFile: this.logFile,
      layer: 'service',
      stopSignal: 'SIGTERM',
      stopLimitMs: STOP_LIMIT_MS,
    });
    this.isBeingReplaced = false;
  }

  /** Ends the process in an orderly way; whoever keeps it running starts the next. */
  async replace(): Promise<void> {
    this.isBeingReplaced = true;
    await this.running?.stop();
  }

  /** Asks the process how it is. */
  async readiness(): Promise<Readiness> {
    if (this.process.exit) return { ready: false, answered: false, why: 'is not running' };
    return askReadiness(this.currentPort);
  }
}

/** Asks the process on this port of 127.0.0.1 how it is. Never throws. */
export async function askReadiness(port: number): Promise<Readiness> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      signal: AbortSignal.timeout(3_000),
    });
    if (response.ok) return { ready: true, answered: true, why: '' };
    const why = describeChecks(await response.text());
    return { ready: false, answered: true, why: why === '' ? `answers ${response.status}` : why };
  } catch {
    return { ready: false, answered: false, why: 'does not answer' };
  }
}

/** The checks that failed, of a health report; empty when the text is none. */
export function describeChecks(report: string): string {
  try {
    const { checks = {}, draining } = JSON.parse(report) as {
      checks?: Record<string, { ok: boolean; why?: string }>;
      draining?: boolean;
    };
    const failed = Object.entries(checks).filter(([, health]) => !health.ok);
    return [
      ...(draining ? ['stopping'] : []),
      ...failed.map(([name, { why = 'not ok' }]) => `${name}: ${why}`),
    ].join('; ');
  } catch {
    return '';
  }
}
