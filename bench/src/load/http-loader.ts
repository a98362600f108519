import { Child } from '../child.js';
import type { Sample } from '../figure.js';
import { probeSubmission } from '../job-records.js';
import type { HttpLoad, LoadFound } from './http-load.js';

/** Connections of each load. */
export const connections = 50;
/** Until then what is measured is the compilers of Node and Java; with the broker's, it takes longer. */
export const warmUpSeconds = { platform: 20, other: 5 };

/** Sends loads from a process of its own. */
export class HttpLoader {
  private readonly child = Child.start('load/http-load.js');

  /** Submits jobs that do nothing, one by one. @throws when one is not accepted */
  submit(origin: string, seconds: number): Promise<LoadFound> {
    return this.send({ origin, seconds, paths: ['/v1/jobs'], body: JSON.stringify(probeSubmission) });
  }

  /** Reads these paths in turns. @throws when one can not be read */
  read(origin: string, paths: readonly string[], seconds: number): Promise<LoadFound> {
    return this.send({ origin, seconds, paths });
  }

  stop(): Promise<void> {
    return this.child.stop();
  }

  private async send(load: Omit<HttpLoad, 'connections'>): Promise<LoadFound> {
    const found = await this.child.call<LoadFound>('send', { ...load, connections });
    if (found.failed > 0) throw new Error(`${found.failed} requests to ${load.origin} failed.`);
    return found;
  }
}

/** A load as a sample. */
export function sampleOf({ perSecond, p50, p99 }: LoadFound): Sample {
  return { 'requests/s': perSecond, 'p50 ms': p50, 'p99 ms': p99 };
}
