import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findFreePort } from '../addresses/free-port.js';
import type { Guard } from '../processes/guard.js';
import { javaEnvironment, provideJava } from '../java/java-runtime.js';
import { provideJars, readJarLock } from '../java/jars.js';
import type { Progress } from '../output/progress.js';
import { untilReady } from '../processes/readiness.js';
import { openUserCache } from '../user-cache.js';

/** Adobe's S3Mock: 4.0 is the first whose writes can be conditional. */
const VERSION = '4.11.0';
const READY_LIMIT_MS = 120_000;

/** What an S3-speaking server is started with. Its data is thrown away with it. */
export interface S3ServerOptions {
  guard: Guard;
  folder: string;
  logFolder: string;
  progress?: Progress;
}

/** A server that speaks S3. It takes any credentials. */
export interface S3Server {
  /** `http://127.0.0.1:…`. */
  readonly endpoint: string;
  /** A bucket that is there. */
  readonly bucket: string;
}

/**
 * Starts an S3-speaking server on 127.0.0.1, fetched at the first call and cached for this user. It ends with the guard.
 *
 * @throws StartError with the end of its log when it does not come up.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { guard, folder, logFolder, progress = () => undefined } = options;
  const cache = openUserCache();
  const java = await provideJava(cache, progress);
  const lock = { name: `S3Mock ${VERSION}`, jars: readJarLock('s3mock', VERSION)! };
  const jars = await provideJars(lock, cache, progress);
  mkdirSync(folder, { recursive: true });
  const port = await findFreePort();
  const bucket = 'jobstream';
  const logFile = join(logFolder, 's3.log');
  const server = await guard.spawn({
    command: java.command,
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${folder}`,
      '-cp',
      jars.join(delimiter),
      'com.adobe.testing.s3mock.S3MockApplication',
      // Of TLS, on a port of the system's choice, we make no use.
      '--server.address=127.0.0.1',
      '--server.port=0',
      `--com.adobe.testing.s3mock.http-port=${port}`,
      `--com.adobe.testing.s3mock.store.initial-buckets=${bucket}`,
      `--com.adobe.testing.s3mock.store.root=${folder}`,
    ],
    env: javaEnvironment(),
    cwd: folder,
    logFile,
    layer: 'backing',
    stopSignal: 'SIGKILL',
    stopLimitMs: 5_000,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady('the S3 server', server, logFile, READY_LIMIT_MS, async () => {
    return (await fetch(`${endpoint}/${bucket}`, { method: 'HEAD' })).ok;
  });
  return { endpoint, bucket };
}
