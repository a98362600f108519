// npx jobstream dev: the platform beside somebody's own worker, in their folder.
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chooseApiPort, DEFAULT_PORT } from '../addresses/api-port.js';
import { readHost } from '../addresses/listen-address.js';
import { readVariable } from '../environment.js';
import { outliveOutput } from '../output/outlive-output.js';
import { Platform, type LateService } from '../platform.js';
import type { NodeProgram, ServiceProcess } from '../processes/service-process.js';
import { listServices, PLATFORM_SERVICES } from '../processes/services.js';
import { lockWorkplace, noteGuard } from '../starter-lock.js';
import { endAtSignals, failWhenLost, runUntilStopped, stopOnSignal } from '../stop.js';
import { findWorkplace, prepareWorkplace, repositoryFolder, type Workplace } from '../workplace.js';
import { DevLog } from './dev-log.js';
import { findSampleCommand } from './sample-command.js';
import { findWorkerFile, WorkerSources } from './worker-sources.js';

/** What `jobstream dev` was asked to do. */
export interface DevOptions {
  /** The project's. */
  folder: string;
  /** The file of the worker, from the folder; undefined to look in the usual places. */
  worker: string | undefined;
  /** Of the API; undefined for PORT, else 3000. */
  port: string | undefined;
  /** Show all that every process says, not only warnings of the platform. */
  verbose: boolean;
}

const WORKER = 'worker';

/**
 * Runs the platform and the worker of a project until a signal comes, and leaves no process.
 * @throws when they can't be started; `explainStartFailure` says why
 */
export async function runDev(options: DevOptions): Promise<void> {
  const { folder } = options;
  outliveOutput();
  const letSignalsStop = endAtSignals();
  const entry = findWorkerFile(folder, options.worker);
  const workplace = findWorkplace(process.env, folder);
  prepareWorkplace(workplace);
  const services = listServices(repositoryFolder, new Map()).filter(({ service }) =>
    PLATFORM_SERVICES.includes(service),
  );
  const names = [WORKER, ...services.map(({ service }) => service)];
  const log = new DevLog(process.stdout, names, workplace.logs);
  try {
    await lockWorkplace(workplace.starterFile, (line) => log.table.say(line));
    process.once('exit', () => rmSync(workplace.starterFile, { force: true }));
    followLogs(log, names, options.verbose);
    const host = readHost();
    const given = options.port ?? readVariable('PORT');
    const apiPort = await chooseApiPort(host, given, (port) => `npx jobstream dev --port ${port}`);
    const platform = new Platform({ workplace, services, brokers: 1, host, apiPort, table: log.table });
    noteGuard(workplace.starterFile, platform.guard.pid);
    const stop = stopOnSignal(platform, log.table);
    letSignalsStop();
    const sources = new WorkerSources(entry, folder, (line) => log.table.say(line));
    const work = { folder, entry, workplace, platform, sources, log };
    const started = (late: readonly LateService[]) => {
      log.table.finish();
      for (const { name, why } of late) log.table.say(`${name} is not ready. ${why}`);
      void keepWorkerUpToDate(work, apiPort === DEFAULT_PORT).catch((error: unknown) => {
        if (!stop.begun()) log.table.say(`the worker is not restarted any more: ${(error as Error).message}`);
      });
    };
    await Promise.race([runUntilStopped(platform, stop, started), failWhenLost(platform)]);
  } finally {
    log.end();
  }
}

/** What runs, and what it is made of. */
interface Work {
  folder: string;
  entry: string;
  workplace: Workplace;
  platform: Platform;
  sources: WorkerSources;
  log: DevLog;
}

function followLogs(log: DevLog, names: readonly string[], verbose: boolean): void {
  for (const name of names) log.follow(name, `${name}-1.log`, verbose || name === WORKER ? 'trace' : 'warn');
  if (!verbose) return;
  log.follow('kafka', 'kafka-1.log', 'trace');
  log.follow('postgres', 'postgres.log', 'trace');
}

/** Starts the worker once its files can run, and again after each change of them. */
async function keepWorkerUpToDate(work: Work, isUsualPort: boolean): Promise<void> {
  const { folder, entry, platform, sources, log } = work;
  let worker: ServiceProcess | undefined;
  let changed: string[] = [];
  for (;;) {
    const faults = await sources.check();
    if (platform.isStopping) return;
    if (faults.length > 0) {
      const rest = worker === undefined ? 'no worker runs yet' : 'the worker goes on as it was';
      log.table.say(`${faults.join('\n')}\n${rest}; it is started when this is mended`);
    } else if (worker === undefined) {
      const launched = await platform.launch(WORKER, programOf(entry, folder));
      worker = launched.process;
      log.table.finish();
      if (launched.late) log.table.say(`the worker is not ready. ${launched.late.why}`);
      else await greet(work, isUsualPort);
    } else {
      log.table.say(`${changed.join(', ')} changed; the worker is restarted`);
      await worker.replace();
    }
    changed = await sources.changed();
  }
}

/** Node with tsx, which runs TypeScript as it stands: files keep their places, so that threads and data beside them are found. */
function programOf(entry: string, folder: string): NodeProgram {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { args: ['--import', loader, entry], folder };
}

async function greet({ folder, workplace, platform, log }: Work, isUsualPort: boolean): Promise<void> {
  if (platform.isStopping) return;
  const sample = await findSampleCommand(folder, platform.apiUrl, isUsualPort).catch(() => undefined);
  const logs = relative(folder, workplace.logs);
  const lines = [
    `ready: ${platform.apiUrl}, its API is described at ${platform.apiUrl}/docs. Ctrl-C stops everything.`,
    `see your jobs: ${platform.apiUrl}/console`,
    ...(sample ? [`try it in another terminal: ${sample}`] : []),
    ...(existsSync(workplace.logs) ? [`all logs: ${logs}/`] : []),
  ];
  log.table.say(lines.join('\n'));
}
