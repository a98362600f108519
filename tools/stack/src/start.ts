// npm start: the whole platform on this machine.
import { rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readVariable } from './environment.js';
import { chooseApiPort } from './addresses/api-port.js';
import { readHost } from './addresses/listen-address.js';
import { outliveOutput } from './output/outlive-output.js';
import { Platform, type LateService } from './platform.js';
import { removePostgresData, withoutPassword } from './postgres/postgres-server.js';
import { ProgressTable } from './output/progress-table.js';
import { listServices } from './processes/services.js';
import { explainStartFailure } from './start-failure.js';
import { endAtSignals, failWhenLost, runUntilStopped, stopOnSignal } from './stop.js';
import { HELP, readStartOptions, type StartOptions } from './start-options.js';
import { lockWorkplace, noteGuard } from './starter-lock.js';
import { showStatus } from './status.js';
import { watchSources } from './watch/watch.js';
import { findWorkplace, prepareWorkplace, repositoryFolder, type Workplace } from './workplace.js';

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
  const letSignalsStop = endAtSignals();
  prepareWorkplace(workplace);
  await lockWorkplace(workplace.starterFile, (line) => table.say(line));
  process.once('exit', () => rmSync(workplace.starterFile, { force: true }));
  const host = readHost();
  const apiPort = await chooseApiPort(host, readVariable('PORT'), (port) => `PORT=${port} npm start`);
  if (options.fresh) {
    emptyData(workplace, table);
    prepareWorkplace(workplace);
  }
  const services = listServices(repositoryFolder, options.scale);
  const platform = new Platform({ workplace, services, brokers: options.brokers, host, apiPort, table });
  noteGuard(workplace.starterFile, platform.guard.pid);
  const stop = stopOnSignal(platform, table);
  letSignalsStop();
  const started = (late: readonly LateService[]) => {
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
  };
  await Promise.race([runUntilStopped(platform, stop, started), failWhenLost(platform)]);
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

function describePlatform(platform: Platform, late: readonly string[], workplace: Workplace): string {
  const api = platform.apiUrl;
  const logs = relative(process.cwd(), workplace.logs) || workplace.logs;
  return `
Jobstream is running${late.length > 0 ? ` without ${late.join(', ')}` : ''}. Ctrl-C stops it.
  API        ${api}
  console    ${api}/console
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
  console.error(explainStartFailure(error));
  process.exitCode = 1;
}
// An IPC channel to whoever started us would keep this process, and so would a fetch that was under way when all was stopped.
process.exit();
