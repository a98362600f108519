import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVariable } from './environment.js';

/** The folder of the repository. */
export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Where one platform keeps what it needs on this machine. */
export interface Workplace {
  home: string;
  kafka: string;
  postgres: string;
  storage: string;
  logs: string;
  demo: string;
  /** Mails that were caught instead of delivered. */
  mails: string;
  /** Who runs here: {@link StarterLock}. */
  starterFile: string;
  /** `{service, instance, pid, port}` of every running process. */
  processesFile: string;
}

/** `.jobstream` in the repository, or JOBSTREAM_HOME; files in storage where STORAGE_DIR says. */
export function findWorkplace(environment = process.env): Workplace {
  const home = resolve(repositoryFolder, readVariable('JOBSTREAM_HOME', environment) ?? '.jobstream');
  return {
    home,
    kafka: join(home, 'kafka'),
    postgres: join(home, 'postgres'),
    storage: resolve(repositoryFolder, readVariable('STORAGE_DIR', environment) ?? join(home, 'storage')),
    logs: join(home, 'logs'),
    demo: join(home, 'demo'),
    mails: join(home, 'mails'),
    starterFile: join(home, 'starter.json'),
    processesFile: join(home, 'processes.json'),
  };
}
