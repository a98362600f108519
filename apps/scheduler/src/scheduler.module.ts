import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { ProcessContext } from '@jobstream/runtime';
import { SchedulerService } from './scheduler.service.js';

@Module({})
export class SchedulerModule {
  /** The module of one process. */
  static of(context: ProcessContext): DynamicModule {
    return {
      module: SchedulerModule,
      imports: [ScheduleModule.forRoot()],
      providers: [{ provide: SchedulerService, useFactory: () => new SchedulerService(context) }],
    };
  }
}
