import { statfsSync } from 'node:fs';
import { nearestFolder } from '../file-errors.js';
import { findFreePort } from '../addresses/free-port.js';
import { findJava, OLDEST_JAVA } from '../java/java-runtime.js';
import { findListenFault } from '../addresses/listen-address.js';
import { findPortOwner } from '../addresses/port-owner.js';
import { listRunning } from '../status.js';
import { userCacheFolder } from '../user-cache.js';
import type { Workplace } from '../workplace.js';
import { advice, fault, ok, type Finding } from './finding.js';

const minFreeBytes = 1024 ** 3;
const comfortableFreeBytes = 5 * 1024 ** 3;

/** The Java that the embedded Kafka would run on. */
export async function checkJava(): Promise<Finding> {
  const { java, tooOld } = await findJava(userCacheFolder(), process.env);
  if (java) return ok('java', `${java.version} (${java.command})`);
  const found = tooOld.length > 0 ? `${tooOld.join(', ')}; ${OLDEST_JAVA} or newer is needed` : 'none found';
  return advice(
    'java',
    found,
    `npm start fetches one for this user (about 50 MB), or install one, or set KAFKA_BROKERS`,
  );
}

/** Whether the API can listen where it wants to, or does so already. */
export async function checkPort(port: number, host: string, workplace: Workplace): Promise<Finding> {
  const subject = `port ${port}`;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return fault('port', `PORT is "${process.env.PORT}"`, 'set PORT to a number from 1 to 65535');
  if (listRunning(workplace)?.some((entry) => entry.service === 'api' && entry.port === port))
    return ok(subject, 'the API that runs here listens on it');
  const blocked = await findListenFault(host, port);
  if (!blocked) return ok(subject, `free for the API on ${host}`);
  if (!blocked.taken) return fault(subject, 'can not be listened on', blocked.why);
  const owner = await findPortOwner(port);
  const other = await findFreePort(port + 1, undefined, host);
  return fault(
    subject,
    `taken${owner ? ` by ${owner}` : ''}`,
    `stop that, or use another: PORT=${other} npm start`,
  );
}

/** Room for the log, the database and the objects. */
export function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestFolder(folder));
  const free = bavail * bsize;
  const says = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder}`;
  if (free < minFreeBytes)
    return fault(
      'disk',
      says,
      'make room, or put the data elsewhere: JOBSTREAM_HOME=/another/disk npm start',
    );
  if (free < comfortableFreeBytes)
    return advice('disk', says, 'Kafka stops taking jobs on a full disk: keep some gigabytes free');
  return ok('disk', says);
}
