// npm start: the whole platform on this machine.
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join, relative, sep } from 'node:path';
import { readVariable } from './environment.js';
import { FolderError } from './file-errors.js';
import { findListenFault, readHost } from './addresses/listen-address.js';
import { isNodeProcessOne, whenNpmEnds } from './processes/npm-parent.js';
import { outliveOutput } from './output/outlive-output.js';
import { Platform } from './platform.js';
import { findPortOwner } from './addresses/port-owner.js';
import { removePostgresData, withoutPassword } from './postgres/postgres-server.js';
import { ProgressTable } from './output/progress-table.js';
import { listServices } from './processes/services.js';
import { HELP, readStartOptions, UsageError, type StartOptions } from './start-options.js';
import { AlreadyRunningError, lockWorkplace, noteGuard } from './starter-lock.js';
import { showStatus } from './status.js';
import { watchSources } from './watch/watch.js';
import { findWorkplace, prepareWorkplace, repositoryFolder, type Workplace } from './workplace.js';

/** npm passes a Ctrl-C on to us that the terminal has sent us already: two within this time are one. */
const SAME_SIGNAL_MS = 1_000;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const REAPER_ADVICE =
  "Process 1 here is Node, which leaves crashed processes' children behind as zombies: give the container an init " +
  '(docker run --init).';

async function main(args: readonly string[]): Promise<void> {
  const options = readStartOptions(args);
  const workplace = findWorkplace();
  switch (options.action) {
    case 'help':
      return void process.stdout.write(HELP);
    case 'status':
      process.exitCode = (await showStatus(workplace, process.stdout)) ? 0 : 1;
      return;
    case 'start':
      return start(options, workplace);
    default:
      options.action satisfies never;
  }
}

async function start(options: StartOptions, workplace: Workplace): Promise<void> {
  const table = new ProgressTable(process.stdout);
  // As process 1 of a container nobody else ends us.
  const endAtSignal = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  for (const signal of STOP_SIGNALS) process.on(signal, endAtSignal);
  prepareWorkplace(workplace);
  await lockWorkplace(workplace.starterFile, (line) => table.say(line));
  process.once('exit', () => rmSync(workplace.starterFile, { force: true }));
  const host = readHost();
  const apiPort = await chooseApiPort(host);
  if (options.fresh) {
    emptyData(workplace, table);
    prepareWorkplace(workplace);
  }
  const services = listServices(repositoryFolder, options.scale);
  const platform = new Platform({ workplace, services, brokers: options.brokers, host, apiPort, table });
  noteGuard(workplace.starterFile, platform.guard.pid);
  const stop = stopOnSignal(platform, table);
  for (const signal of STOP_SIGNALS) process.off(signal, endAtSignal);
  if (isNodeProcessOne()) table.say(REAPER_ADVICE);
  await Promise.race([run(platform, stop, options, workplace, table), failWhenLost(platform)]);
}

async function failWhenLost({ guard }: Platform): Promise<never> {
  await guard.lost;
  throw new Error(
    `The process that guards all others (pid ${guard.pid}) was killed, and all others with it. Start again.`,
  );
}

async function run(
  platform: Platform,
  stopped: Stop,
  options: StartOptions,
  workplace: Workplace,
  table: ProgressTable,
): Promise<void> {
  try {
    // A fetch that is under way does not end with the rest: nobody waits for it.
    const late = await Promise.race([platform.start(), stopped.done]);
    if (!late || stopped.begun()) return await stopped.done;
    table.finish();
    for (const { name, why } of late)
      table.say(`${name} is not ready. ${why} (log: ${workplace.logs}/${name}.log)`);
    table.say(
      describePlatform(
        platform,
        late.map(({ name }) => name),
        workplace,
      ),
    );
    process.send?.({ url: platform.apiUrl });
    if (options.watch) void watchSources(platform, table);
  } catch (error) {
    // What was asked to stop while it started fails for that reason alone.
    if (!stopped.begun()) {
      await platform.stop();
      throw error;
    }
  }
  await stopped.done;
}

async function chooseApiPort(host: string): Promise<number> {
  const port = Number(readVariable('PORT') ?? 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`PORT takes a port number, not "${process.env.PORT}".`);
  }
  const fault = await findListenFault(host, port);
  if (!fault) return port;
  if (!fault.taken) throw new UsageError(fault.why);
  const owner = await findPortOwner(port);
  throw new UsageError(
    `Port ${port} is taken${owner ? ` by ${owner}` : ''}. Stop that, or use another port: PORT=${port + 1} npm start`,
  );
}

/** Only what we have made ourselves: a folder that STORAGE_DIR names may hold anything. */
function emptyData(
  { home, postgres, kafka, storage, logs, demo, mails }: Workplace,
  table: ProgressTable,
): void {
  removePostgresData(postgres);
  const isStorageOurs = storage.startsWith(home + sep);
  for (const folder of [kafka, logs, demo, mails, ...(isStorageOurs ? [storage] : [])]) {
    rmSync(folder, { recursive: true, force: true });
  }
  table.say(`emptied ${relative(repositoryFolder, home) || home}`);
  if (!isStorageOurs) table.say(`left alone: ${storage}, as STORAGE_DIR says`);
}

/** A stop that somebody asks for. */
interface Stop {
  begun: () => boolean;
  /** Resolves once everything has stopped. */
  done: Promise<void>;
}

/** The first signal stops everything in order, another one kills what is left. */
function stopOnSignal(platform: Platform, table: ProgressTable): Stop {
  let begunAt: number | undefined;
  let ended = false;
  const done = new Promise<void>((resolve, reject) => {
    const onSignal = (signal: NodeJS.Signals) => {
      if (begunAt === undefined) {
        begunAt = performance.now();
        table.finish();
        table.say(`${signal}: stopping the services, then Kafka and Postgres (again to kill them)`);
        platform.stop().then(() => {
          ended = true;
          table.say('stopped');
          resolve();
        }, reject);
      } else if (!ended && performance.now() - begunAt > SAME_SIGNAL_MS) {
        table.say('killing what is left');
        platform.stop({ now: true }).then(resolve, reject);
      }
    };
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
    whenNpmEnds(() => onSignal('SIGHUP'));
    // A program that started us, the demo, has gone.
    process.on('disconnect', () => onSignal('SIGHUP'));
  });
  return { begun: () => begunAt !== undefined, done };
}

function describePlatform(platform: Platform, late: readonly string[], workplace: Workplace): string {
  const api = platform.apiUrl;
  const logs = relative(process.cwd(), workplace.logs) || workplace.logs;
  return `
Jobstream is running${late.length > 0 ? ` without ${late.join(', ')}` : ''}. Ctrl-C stops it.
  API        ${api}
  Kafka      ${platform.kafkaAddresses}
  Postgres   ${describeDatabase(platform, workplace)}
  logs       ${logs}/
  processes  npm start -- --status

Try it:
  curl -i '${api}/v1/jobs' -H 'content-type: application/json' -d '{"type":"probe.run","payload":{"sleepMs":500}}'
  npm run demo
`;
}

/** Never the password: what is printed ends up in terminals' histories, CI logs and screenshots. */
function describeDatabase({ databaseUrl }: Platform, { postgres }: Workplace): string {
  if (readVariable('DATABASE_URL')) return 'as DATABASE_URL says';
  const file = join(postgres, 'password');
  return `${withoutPassword(databaseUrl)} (its password: ${relative(process.cwd(), file) || file})`;
}

outliveOutput();
try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message } = error as Error;
  const isForTheUser = [UsageError, AlreadyRunningError, FolderError].some((kind) => error instanceof kind);
  console.error(isForTheUser ? message : `Jobstream did not start.\n${message}`);
  process.exitCode = 1;
}
// An IPC channel to whoever started us would keep this process, and so would a fetch that was under way when all was stopped.
process.exit();
