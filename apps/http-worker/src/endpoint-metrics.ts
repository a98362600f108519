import { Gauge, type Registry } from 'prom-client';
import type { EndpointQueues } from './endpoint-queues.js';
import type { Servers } from './servers.js';

/** What holds the jobs of endpoints back. */
export class EndpointMetrics {
  constructor(registry: Registry, queues: EndpointQueues, servers: Servers) {
    const registers = [registry];
    new Gauge({
      name: 'jobstream_endpoint_waiting_jobs',
      help: 'Jobs that wait for their endpoint: its server fails, as many attempts run as may, or no secret is known.',
      registers,
      collect() {
        this.set(queues.waiting);
      },
    });
    new Gauge({
      name: 'jobstream_failing_endpoint_servers',
      help: 'Servers of endpoints that are called no more, but for probes, because they fail.',
      registers,
      collect() {
        this.set(servers.failing().length);
      },
    });
  }
}
