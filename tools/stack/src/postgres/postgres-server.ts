import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Environment } from '../environment.js';
import { FolderError, makeFolder } from '../file-errors.js';
import { findFreePort } from '../addresses/free-port.js';
import type { Guard } from '../processes/guard.js';
import type { GuardedProcess } from '../processes/guarded-process.js';
import { providePostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { findWordsOf } from '../processes/last-words.js';
import type { Progress } from '../output/progress.js';
import { StartError, untilReady } from '../processes/readiness.js';
import { canReach, findUnprivilegedUser, type UnprivilegedUser } from './unprivileged-user.js';
import { openUserCache } from '../user-cache.js';

const run = promisify(execFile);

const USER = 'jobstream';
const DATABASE = 'jobstream';
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const ATTEMPTS_AT_PORTS = 3;
const DATA_ELSEWHERE = '/var/lib/jobstream';
const CACHE_ELSEWHERE = '/var/cache/jobstream';

/** What an embedded Postgres is started with. */
export interface PostgresOptions {
  guard: Guard;
  /** Password and port, and the data unless root's Postgres could not reach it here; kept between starts. */
  folder: string;
  /** `postgres.log` is written here. */
  logFolder: string;
  /** Data that nobody needs after the end: no fsync, no orderly shutdown. */
  throwaway?: boolean;
  progress?: Progress;
}

interface Installation {
  binaries: PostgresBinaries;
  dataFolder: string;
  runAs: UnprivilegedUser | undefined;
  options: PostgresOptions;
}

/** A running Postgres with an empty database `jobstream`. */
export class PostgresServer {
  constructor(
    /** For DATABASE_URL: the owner of the database, a superuser. */
    readonly url: string,
    readonly port: number,
    readonly logFile: string,
    /** Where the data lies, for people. */
    readonly dataFolder: string,
    /** Version, for people. */
    readonly description: string,
    private readonly spawnServer: () => Promise<GuardedProcess>,
    private readonly untilServing: (process: GuardedProcess) => Promise<void>,
    private running: GuardedProcess,
  ) {}

  /** The process of now; {@link PostgresServer.start} replaces it. */
  get process(): GuardedProcess {
    return this.running;
  }

  /** Starts an ended server again, on its port and its data; resolves once it answers. One that does not answer is ended. */
  async start(): Promise<void> {
    this.running = await this.spawnServer();
    try {
      await this.untilServing(this.running);
    } catch (error) {
      await this.running.stop();
      throw error;
    }
  }

  /** Stops the server in an orderly way, unless the data is throwaway; open connections are ended. */
  async stop(): Promise<void> {
    await this.running.stop();
  }
}

/**
 * Starts a real Postgres on 127.0.0.1, without a Unix socket, and waits until it answers. Started by root, it runs as
 * `nobody`, with data and binaries where that user can reach them.
 *
 * @throws StartError with the end of the server's log when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  for (const folder of [options.folder, options.logFolder]) mkdirSync(folder, { recursive: true });
  const runAs = findUnprivilegedUser();
  const installation: Installation = {
    binaries: await providePostgresBinaries(reachableCache(runAs), runAs),
    dataFolder: reachableDataFolder(options, runAs),
    runAs,
    options,
  };
  const password = await prepareData(installation);

  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(options.folder);
    const spawnServer = () => spawnPostgres(installation, port);
    const untilServing = (process: GuardedProcess) =>
      untilReady('Postgres', process, logFile(options), READY_LIMIT_MS, () => ensureDatabase(port, password));
    const running = await spawnServer();
    try {
      await untilServing(running);
      return new PostgresServer(
        databaseUrl(port, password),
        port,
        logFile(options),
        installation.dataFolder,
        `Postgres ${installation.binaries.version.split('-')[0]}`,
        spawnServer,
        untilServing,
        running,
      );
    } catch (error) {
      await running.stop();
      const portTaken = error instanceof StartError && error.log.includes('Address already in use');
      if (!portTaken || attempt === ATTEMPTS_AT_PORTS) throw error;
    }
  }
}

const logFile = (options: PostgresOptions): string => join(options.logFolder, 'postgres.log');

const databaseUrl = (port: number, password: string, database = DATABASE): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;

/** The address of a database as it may be shown. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

/** The DATABASE_URL of the server that runs, or ran last, in this folder; undefined where none ever did. Holds the password. */
export function findDatabaseUrl(folder: string): string | undefined {
  const [passwordFile, portFile] = [join(folder, 'password'), join(folder, 'port')];
  if (!existsSync(passwordFile) || !existsSync(portFile)) return undefined;
  return databaseUrl(Number(readFileSync(portFile, 'utf8')), readFileSync(passwordFile, 'utf8'));
}

/** Root's own cache often lies in a home folder that lets nobody through. */
function reachableCache(runAs: UnprivilegedUser | undefined): string {
  const own = openUserCache();
  if (!runAs || canReach(own, runAs)) return own;
  makePassable(CACHE_ELSEWHERE, 'XDG_CACHE_HOME', runAs);
  return CACHE_ELSEWHERE;
}

/**
 * The data lies in our folder. When root's Postgres can't reach that (a checkout under /root, say), it lies under
 * /var/lib/jobstream, in a folder named after ours.
 */
function reachableDataFolder(options: PostgresOptions, runAs: UnprivilegedUser | undefined): string {
  if (!runAs || canReach(resolve(options.folder), runAs)) return join(resolve(options.folder), 'data');
  const elsewhere = folderElsewhere(options.folder);
  makePassable(DATA_ELSEWHERE, 'JOBSTREAM_HOME', runAs);
  makePassable(elsewhere, 'JOBSTREAM_HOME', runAs);
  if (options.throwaway) options.guard.removeAtEnd(elsewhere);
  return join(elsewhere, 'data');
}

/**
 * Makes a folder of root's that lets this user through, whatever the umask is, or was when the folder was made.
 * @param variable names another folder, which the user could reach
 * @throws FolderError, which names the variable, when the folder can't be made, or the user can't come there
 */
function makePassable(folder: string, variable: string, user: UnprivilegedUser): void {
  makeFolder(folder, variable);
  chmodSync(folder, 0o711);
  if (canReach(folder, user)) return;
  const why = `started by root, Postgres runs as nobody, who can't pass through the folders above it`;
  throw new FolderError(folder, variable, new Error(why));
}

/** Its name follows from the real path: by way of a symbolic link the folder is the same. */
function folderElsewhere(folder: string): string {
  const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  return join(DATA_ELSEWHERE, createHash('sha256').update(path).digest('hex').slice(0, 16));
}

/** Removes the data of the Postgres of this folder, wherever it lies. It must not be running. */
export function removePostgresData(folder: string): void {
  for (const place of [folder, folderElsewhere(folder)]) rmSync(place, { recursive: true, force: true });
}

/** Initializes the data folder when it is new. Returns the password of the database's owner. */
async function prepareData({ binaries, dataFolder, runAs, options }: Installation): Promise<string> {
  const passwordFile = join(options.folder, 'password');
  if (existsSync(join(dataFolder, 'PG_VERSION')) && existsSync(passwordFile)) {
    // The pid in this file may be another process's by now, which Postgres would take for a running server. Only one
    // starter at a time works in a folder, and its guard ends the server with it, so no server of this data is running.
    rmSync(join(dataFolder, 'postmaster.pid'), { force: true });
    return readFileSync(passwordFile, 'utf8');
  }
  options.progress?.('initializing the data');
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { mode: 0o700 });
  const password = randomBytes(12).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // initdb reads the password as the user it runs as, so from a copy in that user's folder, gone right after.
  const passwordCopy = `${dataFolder}.password`;
  writeFileSync(passwordCopy, password, { mode: 0o600 });
  if (runAs) for (const path of [dataFolder, passwordCopy]) chownSync(path, runAs.uid, runAs.gid);
  try {
    const settings = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${USER}`];
    await run(
      join(binaries.folder, 'bin/initdb'),
      [
        '--pgdata',
        dataFolder,
        ...settings,
        `--pwfile=${passwordCopy}`,
        ...(options.throwaway ? ['--no-sync'] : []),
      ],
      { cwd: '/', env: postgresEnvironment(), ...runAs },
    );
  } catch (error) {
    rmSync(dataFolder, { recursive: true, force: true });
    throw new Error(`Postgres could not initialize its data in ${dataFolder}: ${findWordsOf(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(passwordCopy, { force: true });
  }
  return password;
}

/** The port of the last start where it is free, so that an address people noted stays true. */
async function choosePort(folder: string): Promise<number> {
  const file = join(folder, 'port');
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
  const port = await findFreePort(last);
  writeFileSync(file, String(port));
  return port;
}

function spawnPostgres(
  { binaries, dataFolder, runAs, options }: Installation,
  port: number,
): Promise<GuardedProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    max_connections: 300,
    ...(options.throwaway ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
  return options.guard.spawn({
    command: join(binaries.folder, 'bin/postgres'),
    args: [
      '-D',
      dataFolder,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: postgresEnvironment(),
    cwd: '/',
    logFile: logFile(options),
    layer: 'backing',
    // Postgres' own words: SIGINT is the fast shutdown, SIGQUIT the immediate one.
    stopSignal: options.throwaway ? 'SIGQUIT' : 'SIGINT',
    stopLimitMs: STOP_LIMIT_MS,
    runAs,
  });
}

/** PG* variables are for this user's other servers. */
function postgresEnvironment(): Environment {
  return { PATH: process.env.PATH, LC_ALL: 'C' };
}

async function ensureDatabase(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: databaseUrl(port, password, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  // A server that is still starting may end the connection after it was made.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
