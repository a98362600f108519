import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobstreamClient } from '@jobstream/client';
import { readVariable } from '../environment.js';

/** A type is known to the API within 2 s of being published. */
const LOOK_LIMIT_MS = 5_000;

/** A command that submits a job of the project in this folder; undefined when none of its types can be found. */
export async function findSampleCommand(
  folder: string,
  url: string,
  isUsualUrl: boolean,
): Promise<string | undefined> {
  const owner = readVariable('JOBSTREAM_OWNER') ?? nameOf(folder);
  const { jobTypes } = new JobstreamClient({ url, apiKey: readVariable('JOBSTREAM_API_KEY') });
  const deadline = performance.now() + LOOK_LIMIT_MS;
  do {
    const { items } = await jobTypes.list();
    const own = items.find((each) => each.owner === owner);
    if (own !== undefined) {
      const { example } = await jobTypes.read(own.type);
      const payload = JSON.stringify(example).replaceAll("'", String.raw`'\''`);
      return `npx jobstream ${isUsualUrl ? '' : `--url ${url} `}submit ${own.type} '${payload}' --wait`;
    }
    await sleep(200);
  } while (performance.now() < deadline);
  return undefined;
}

function nameOf(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined;
  }
}
