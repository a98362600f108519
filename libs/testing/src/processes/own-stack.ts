import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Guard,
  startKafka,
  startPostgres,
  type KafkaCluster,
  type KafkaOptions,
  type PostgresServer,
} from '@jobstream/stack';

/** A node's settings, from its ports. */
export type BrokerSettings = NonNullable<KafkaOptions['settings']>;

/** A broker and, if asked for, a database of one test's own, to be killed, frozen and started again. */
export class OwnStack {
  private constructor(
    private readonly guard: Guard,
    readonly kafka: KafkaCluster,
    /** Only there if asked for. */
    readonly postgres: PostgresServer | undefined,
  ) {}

  /** Starts them; `brokers` is 1 unless said otherwise, `brokerSettings` come on top of the usual ones. */
  static async start(
    options: {
      brokers?: number;
      postgres?: boolean;
      brokerSettings?: BrokerSettings;
      shortLived?: boolean;
    } = {},
  ): Promise<OwnStack> {
    const guard = Guard.start();
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'jobstream-own-'));
    guard.removeAtEnd(folder);
    // Root's Postgres runs as another user, who must be able to pass through.
    chmodSync(folder, 0o711);
    try {
      const own = { guard, logFolder: folder, throwaway: true };
      const [kafka, postgres] = await Promise.all([
        startKafka({
          ...own,
          shortLived: options.shortLived ?? true,
          folder: join(folder, 'kafka'),
          brokers: options.brokers ?? 1,
          ...(options.brokerSettings && { settings: options.brokerSettings }),
        }),
        options.postgres ? startPostgres({ ...own, folder: join(folder, 'postgres') }) : undefined,
      ]);
      return new OwnStack(guard, kafka, postgres);
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  /** The environment of services that use it. */
  get environment(): Record<string, string> {
    return {
      KAFKA_BROKERS: this.kafka.addresses,
      ...(this.postgres && { DATABASE_URL: this.postgres.url }),
    };
  }

  async stop(): Promise<void> {
    await this.guard.end();
  }
}
