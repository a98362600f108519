import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { HealthController } from './health/health.controller.js';
import { ImagesController } from './images/images.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { TasksController } from './tasks/tasks.controller.js';

/** The REST surface: its controllers, over parts that were made before. */
@Module({})
export class ApiModule {
  /** @param parts instances, each injected by its class */
  static of(parts: readonly object[]): DynamicModule {
    return {
      module: ApiModule,
      controllers: [JobsController, ImagesController, TasksController, SchedulesController, HealthController],
      providers: parts.map((part): Provider => ({ provide: part.constructor, useValue: part })),
    };
  }
}
