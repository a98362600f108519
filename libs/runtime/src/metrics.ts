import { collectDefaultMetrics, Registry } from 'prom-client';

/** A process' own metrics registry, with Node's and the process' standard series in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
