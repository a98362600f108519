import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Every process of the platform, in the order in which people read them; each is started once its app is there. */
export const SERVICES = [
  'api',
  'projector',
  'scheduler',
  'image-worker',
  'report-worker',
  'notification-worker',
  'maintenance-worker',
  'inference-worker',
  'probe-worker',
] as const;

/** One of {@link SERVICES}. */
export type ServiceName = (typeof SERVICES)[number];

/**
 * How Node is started for a service. Its nursery may grow to 32 MiB instead of 16: a job lives through some hundred
 * milliseconds of batches, and at thousands a second a smaller one copies each of them twice before it is garbage
 * (docs/performance.md).
 */
export const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=32'] as const;

/** The compiled entry of a service. */
export function serviceMain(repository: string, service: ServiceName): string {
  return join(repository, 'apps', service, 'dist/main.js');
}

/** The services that have been built, each with the number of processes to run: one, unless scaled. */
export function listServices(
  repository: string,
  scale: ReadonlyMap<string, number>,
): { service: ServiceName; count: number }[] {
  return SERVICES.filter((service) => existsSync(serviceMain(repository, service))).map((service) => ({
    service,
    count: scale.get(service) ?? 1,
  }));
}
