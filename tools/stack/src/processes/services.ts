import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '../workplace.js';
import type { NodeProgram } from './service-process.js';

/** The services that somebody with jobs of their own needs: all but the workers of shipped jobs. The health check sends a probe. */
export const PLATFORM_SERVICES: readonly string[] = [
  'api',
  'projector',
  'scheduler',
  'http-worker',
  'maintenance-worker',
  'probe-worker',
  'webhooks-worker',
];

/** The services that a repository has: each app but commands, which have a `bin`. Workers come last; both parts are in the order of the alphabet. */
export function findServices(repository: string): string[] {
  const apps = readdirSync(join(repository, 'apps'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isService(join(repository, 'apps', entry.name)))
    .map(({ name }) => name)
    .sort();
  return [...apps.filter((name) => !isWorker(name)), ...apps.filter(isWorker)];
}

function isService(app: string): boolean {
  const isProgram = existsSync(join(app, 'src/main.ts')) || existsSync(join(app, 'dist/bundle.js'));
  return isProgram && !existsSync(join(app, 'bin'));
}

function isWorker(service: string): boolean {
  return service.endsWith('-worker');
}

/** Every process of the platform, in the order in which people read them. */
export const SERVICES: readonly string[] = findServices(repositoryFolder);

/**
 * How Node is started for a service. Its nursery may grow to 32 MiB instead of 16: a job lives through some hundred
 * milliseconds of batches, and at thousands a second a smaller one copies each of them twice before it is garbage
 * (docs/performance.md).
 */
export const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=32'] as const;

/** The bundle of a service. */
export function serviceMain(repository: string, service: string): string {
  return join(repository, 'apps', service, 'dist/bundle.js');
}

/** Processes of one service, to be run. */
export interface ServiceCount {
  service: string;
  count: number;
  program: NodeProgram;
}

/** The services that have been built, each with the number of processes to run: one, unless scaled. */
export function listServices(repository: string, scale: ReadonlyMap<string, number>): ServiceCount[] {
  return SERVICES.filter((service) => existsSync(serviceMain(repository, service))).map((service) => ({
    service,
    count: scale.get(service) ?? 1,
    program: { args: [serviceMain(repository, service)], folder: repository },
  }));
}
