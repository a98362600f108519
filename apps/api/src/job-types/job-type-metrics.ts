import type { JobTypeBook } from '@jobstream/job-types';
import { Gauge, type Registry } from 'prom-client';

/** The job types that can be submitted, and those among them that two owners serve. */
export class JobTypeMetrics {
  constructor(registry: Registry, book: JobTypeBook) {
    new Gauge({
      name: 'jobstream_job_types',
      help: 'Job types that can be submitted.',
      registers: [registry],
      collect() {
        this.set(book.names().length);
      },
    });
    new Gauge({
      name: 'jobstream_contested_job_types',
      help: 'Job types of one name that two owners serve. Not 0 is a fault: rename one, or stop one of the workers.',
      registers: [registry],
      collect() {
        this.set(book.contested().length);
      },
    });
  }
}
