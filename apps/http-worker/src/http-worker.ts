import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CallSender } from '@jobstream/calls';
import { EndpointSecrets, FailingServers } from '@jobstream/endpoints';
import { WorkerProcess } from '@jobstream/execution';
import { JobTypeBook } from '@jobstream/job-types';
import { contextToken, Preparation, tokenOf } from '@jobstream/platform';
import type { ProcessContext } from '@jobstream/runtime';
import { EndpointMetrics } from './endpoint-metrics.js';
import { EndpointQueues } from './endpoint-queues.js';
import { SecretBook } from './secret-book.js';
import { Servers } from './servers.js';

/** Attempts of one queue that run at the same time. */
export const concurrencyToken = tokenOf<number>('Concurrency');

/** How often the servers that fail are told again, so that a process that died is not believed for ever. */
const noteServersEveryMs = 10_000;

/** Runs the jobs of endpoints as long as the application lives. */
@Injectable()
export class HttpWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly secrets: SecretBook;
  private readonly servers: Servers;
  private readonly queues: EndpointQueues;
  private timer: NodeJS.Timeout | undefined;
  private hasNoted = false;

  constructor(
    @Inject(contextToken) private readonly context: ProcessContext,
    @Inject(concurrencyToken) concurrency: number,
    private readonly worker: WorkerProcess,
    private readonly book: JobTypeBook,
    private readonly sender: CallSender,
    private readonly preparation: Preparation,
    private readonly failing: FailingServers,
    store: EndpointSecrets,
  ) {
    const { logger, health, metrics } = context;
    this.servers = new Servers({
      monotonic: () => performance.now(),
      onChange: (origin, isOpen) => {
        const about = { origin, failing: this.servers.failing().length };
        if (isOpen) logger.warn(about, 'endpoint held back');
        else logger.info(about, 'endpoint called again');
        void this.noteServers();
      },
    });
    this.secrets = new SecretBook({
      find: (types) => store.find(types),
      prepare: () => this.preparation.prepareSchemas(),
      onChange: () => this.queues.secretsChanged(),
      logger,
    });
    this.queues = new EndpointQueues({
      book,
      worker,
      sender,
      concurrency,
      secrets: this.secrets,
      servers: this.servers,
      logger,
    });
    new EndpointMetrics(metrics, this.queues, this.servers);
    health.add('secrets', () => this.secrets.health());
  }

  onApplicationBootstrap(): void {
    this.book.onChange = () => this.queues.typesChanged();
    this.timer = setInterval(() => void this.noteServers(), noteServersEveryMs);
    this.worker.listen(() => undefined);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.book.onChange = undefined;
    clearInterval(this.timer);
    await this.queues.stop();
    await this.worker.close();
    this.secrets.stop();
    this.servers.stop();
    await this.sender.close();
    await this.noteServers();
  }

  /** For people who ask why a job waits: nothing depends on it. */
  private async noteServers(): Promise<void> {
    const origins = this.servers.failing();
    if (origins.length === 0 && !this.hasNoted) return;
    this.hasNoted = origins.length > 0;
    await this.failing
      .note(this.context.instance, origins)
      .catch((err: unknown) => this.context.logger.debug({ err }, 'failing servers not noted'));
  }
}
