import { readProcessList, type ProcessEntry } from './processes/process-list.js';
import { askReadiness } from './processes/service-process.js';
import { findRunningStarter } from './starter-lock.js';
import type { Workplace } from './workplace.js';

/** The processes of the platform that runs in this workplace; undefined when none runs. */
export function listRunning(workplace: Workplace): ProcessEntry[] | undefined {
  return findRunningStarter(workplace.starterFile) ? readProcessList(workplace.processesFile) : undefined;
}

/** Prints what runs and how it is. Returns whether something runs and all of it is ready. */
export async function showStatus(workplace: Workplace, out: NodeJS.WriteStream): Promise<boolean> {
  const entries = listRunning(workplace);
  if (!entries) {
    out.write('Jobstream is not running here. Start it with: npm start\n');
    return false;
  }
  const rows = await Promise.all(
    entries.map(async ({ service, instance, pid, port, url, token }) => {
      const row = { name: `${service}-${instance}`, pid, port };
      // Kafka and Postgres have no health to ask for.
      if (url === undefined || token === undefined) return { ...row, ready: true, state: 'running' };
      const { ready, why } = await askReadiness(url, token);
      return { ...row, ready, state: ready ? 'ready' : why };
    }),
  );
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, pid, port, state } of rows) {
    out.write(
      `${name.padEnd(width)}  pid ${String(pid).padEnd(8)} port ${String(port).padEnd(6)} ${state}\n`,
    );
  }
  out.write(`logs: ${workplace.logs}\n`);
  return rows.every(({ ready }) => ready);
}
