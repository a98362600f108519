import type { FailingServers } from '@jobstream/endpoints';
import type { JobTypeBook } from '@jobstream/job-types';
import { SharedCall } from '@jobstream/runtime';
import type { FailingServer } from '../explain/job-facts.js';

/** The servers of endpoints that http-workers keep from calling. Callers at the same time share one question. */
export class FailingEndpoints {
  private readonly shared = new SharedCall(() => this.servers.list());

  constructor(
    private readonly servers: FailingServers,
    private readonly jobTypes: JobTypeBook,
  ) {}

  /** The server of the type's endpoint, while it fails; undefined otherwise. Rejects while Postgres is away. */
  async ofType(type: string): Promise<FailingServer | undefined> {
    const url = this.jobTypes.find(type)?.record.endpoint?.url;
    return url === undefined ? undefined : pick(await this.shared.call(), url);
  }

  /** By queue, a failing server that serves a type of it. Rejects while Postgres is away. */
  async byQueue(): Promise<ReadonlyMap<string, FailingServer>> {
    const endpoints = this.jobTypes.all().filter(({ record }) => record.endpoint !== undefined);
    if (endpoints.length === 0) return new Map();
    const failing = await this.shared.call();
    return new Map(
      endpoints.flatMap(({ record: { queue, endpoint } }) => {
        const server = pick(failing, endpoint!.url);
        return server === undefined ? [] : [[queue.name, server] as const];
      }),
    );
  }
}

function pick(failing: ReadonlyMap<string, Date>, url: string): FailingServer | undefined {
  const { origin } = new URL(url);
  const since = failing.get(origin);
  return since && { origin, since: since.toISOString() };
}
