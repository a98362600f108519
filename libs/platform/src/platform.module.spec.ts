import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Database } from '@jobstream/database';
import { RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { ClockWatch } from '@jobstream/runtime';
import { processContext } from '@jobstream/testing';
import { startService } from './application.js';
import { PlatformModule } from './platform.module.js';

const away = { KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/none' };

const platform = PlatformModule.of({ clocks: { broker: 'needed' } });
const steps: string[] = [];

@Injectable()
class Recorder implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  // Injected, so that Nest knows it to depend on the platform.
  constructor(private readonly producer: RecordProducer) {}

  onModuleDestroy(): void {
    steps.push('application begins nothing new');
  }

  beforeApplicationShutdown(): void {
    steps.push(`application finishes what runs, producer ${this.producer.constructor.name}`);
  }

  onApplicationShutdown(): void {
    steps.push('application stops');
  }
}

@Module({ imports: [platform], providers: [Recorder] })
class RecordedModule {}

@Injectable()
class Failing implements BeforeApplicationShutdown, OnApplicationShutdown {
  beforeApplicationShutdown(): Promise<void> {
    return Promise.reject(new Error('The reader did not stop.'));
  }

  onApplicationShutdown(): void {
    steps.push('application stops');
  }
}

@Module({ imports: [platform], providers: [Failing] })
class FailingModule {}

function record(type: { prototype: object }, method: string, step: string): void {
  const prototype = type.prototype as Record<string, () => unknown>;
  const original = prototype[method]!;
  jest.spyOn(prototype, method).mockImplementation(function (this: unknown) {
    steps.push(step);
    return original.call(this);
  });
}

describe('the platform', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    steps.length = 0;
  });

  it('starts while Kafka and Postgres are away, and stops after the application, the producer first', async () => {
    const stop = await startService(RecordedModule, processContext(away));
    record(ClockWatch, 'stop', 'clocks are not asked any more');
    record(RecordProducer, 'stop', 'producer stops');
    record(TopicAdmin, 'stop', 'connections to Kafka close');
    record(Database, 'close', 'connections to Postgres close');
    await stop();
    expect(steps).toEqual([
      'application begins nothing new',
      'clocks are not asked any more',
      'application finishes what runs, producer RecordProducer',
      'application stops',
      'producer stops',
      // The producer has an admin of its own.
      'connections to Kafka close',
      'connections to Kafka close',
      'connections to Postgres close',
    ]);
  });

  it('goes through all steps of stopping when one fails, and then ends with its error', async () => {
    const stop = await startService(FailingModule, processContext(away));
    await expect(stop()).rejects.toThrow('The reader did not stop.');
    expect(steps).toEqual(['application stops']);
  });

  it.each([
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '' }],
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '', DATABASE_URL: '' }],
  ])('refuses to start without %s, and says so', async (name, missing) => {
    await expect(startService(RecordedModule, processContext({ ...away, ...missing }))).rejects.toThrow(name);
  });
});
