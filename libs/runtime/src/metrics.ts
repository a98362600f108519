import { collectDefaultMetrics, Registry } from 'prom-client';

/** How often the delay of the event loop is measured. prom-client's 10 ms would be most of the wake-ups of an idle process. */
const eventLoopMonitoringPrecision = 100;

/** A process' own metrics registry, with Node's and the process' standard series in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
  return registry;
}
