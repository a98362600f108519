import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { BytesInFlight } from './http/bytes-in-flight.js';

/** The series of the REST server, beside the standard ones of a process. */
export class ApiMetrics {
  readonly acceptedJobs: Counter;
  readonly droppedAuditEntries: Counter;
  /** Counts by why a request or a connection was turned away. */
  readonly refusals: Counter<'reason'>;
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(private readonly registry: Registry) {
    this.acceptedJobs = new Counter({
      name: 'jobstream_jobs_accepted_total',
      help: 'Jobs that were acknowledged by the broker and answered as accepted.',
      registers: [registry],
    });
    this.droppedAuditEntries = new Counter({
      name: 'jobstream_audit_dropped_total',
      help: 'Audit entries that were given up because the database was away for too long.',
      registers: [registry],
    });
    this.refusals = new Counter({
      name: 'jobstream_http_refusals_total',
      help: 'Requests and connections that were turned away by a limit on how much there is at once.',
      labelNames: ['reason'],
      registers: [registry],
    });
    this.requests = new Histogram({
      name: 'jobstream_http_request_duration_seconds',
      help: 'Time from the request line to the end of the answer, by route.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers: [registry],
    });
  }

  /** Shows what {@link BytesInFlight} holds. */
  showBytes(bytes: BytesInFlight): void {
    new Gauge({
      name: 'jobstream_http_in_flight_bytes',
      help: 'Bytes of bodies and answers that requests hold in memory.',
      registers: [this.registry],
      collect() {
        this.set(bytes.total);
      },
    });
  }

  /** Observes every request that a route was found for or not; the route is its pattern, so ids make no series. */
  observe(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      this.requests.observe(
        { method: request.method, route, status: reply.statusCode },
        reply.elapsedTime / 1_000,
      );
      done();
    });
  }
}
