// npm run demo: a photograph goes in by REST and comes out as a thumbnail. Drives the platform that JOBSTREAM_URL names,
// or the one that runs in this workplace, or one that is started for it and stopped after. JOBSTREAM_API_KEY is sent where
// it is set.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { readBaseUrl } from '@jobstream/contracts/rest';
import { makeThumbnail } from './demo-thumbnail.js';
import { builtFile } from './built-file.js';
import { readVariable } from './environment.js';
import { findFreePort } from './addresses/free-port.js';
import { readHost } from './addresses/listen-address.js';
import { outliveOutput } from './output/outlive-output.js';
import { askReadiness } from './processes/service-process.js';
import { listRunning } from './status.js';
import { findRunningStarter } from './starter-lock.js';
import { findWorkplace, prepareWorkplace, type Workplace } from './workplace.js';

const USUAL_PORT = 3000;

async function main(workplace: Workplace): Promise<void> {
  const given = readVariable('JOBSTREAM_URL');
  const url = given === undefined ? await findRunning(workplace) : readBaseUrl(given);
  if (url) return runDemo(url, workplace);
  const starter = await startPlatform();
  try {
    await runDemo(starter.url, workplace);
  } finally {
    if (starter.process.exitCode === null && starter.process.signalCode === null) {
      const exited = once(starter.process, 'exit');
      starter.process.kill('SIGTERM');
      await exited;
    }
  }
}

/** The API of the platform that runs in this workplace. */
async function findRunning(workplace: Workplace): Promise<string | undefined> {
  const starter = findRunningStarter(workplace.starterFile);
  if (!starter) return undefined;
  const { url, token } = listRunning(workplace)?.find(({ service }) => service === 'api') ?? {};
  if (!url || !token)
    throw new Error(`Jobstream is just starting here (pid ${starter.pid}): try again when it is ready`);
  const { answered, why } = await askReadiness(url, token);
  if (!answered)
    throw new Error(`the API that runs here (${url}) can't be used. ${why} See: npm start -- --status`);
  return url;
}

async function startPlatform(): Promise<{ process: ChildProcess; url: string }> {
  console.log('No platform runs here: starting one for the demo.');
  const port = readVariable('PORT') ?? String(await findFreePort(USUAL_PORT, undefined, readHost()));
  const starter = fork(builtFile('start.js'), { env: { ...process.env, PORT: port }, stdio: 'inherit' });
  // Ctrl-C reaches both of us; the starter stops what it started, and its end is ours.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => starter.kill('SIGTERM'));
  const [message] = (await Promise.race([
    once(starter, 'message'),
    once(starter, 'exit').then(() => [undefined]),
  ])) as [{ url: string } | undefined];
  if (!message) throw new Error('the platform did not start; what it said is above');
  return { process: starter, url: message.url };
}

async function runDemo(url: string, workplace: Workplace): Promise<void> {
  const photo = readFileSync(new URL('../assets/photo.jpg', import.meta.url));
  const thumbnail = await makeThumbnail({ url, apiKey: readVariable('JOBSTREAM_API_KEY') }, photo, (line) =>
    console.log(line),
  );
  prepareWorkplace(workplace);
  const file = `${workplace.demo}/thumbnail.${thumbnail.extension}`;
  writeFileSync(file, thumbnail.bytes);
  console.log(
    `\nSaved ${relative(process.cwd(), file)}: ${thumbnail.width}x${thumbnail.height}, ${thumbnail.bytes.length} bytes.`,
  );
}

outliveOutput();
try {
  await main(findWorkplace());
} catch (error) {
  console.error(`The demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
}
