import { Module, type DynamicModule } from '@nestjs/common';
import type { ProcessContext } from '@jobstream/runtime';
import { ProjectorService } from './projector.service.js';

@Module({})
export class ProjectorModule {
  /** The module of one process. */
  static of(context: ProcessContext): DynamicModule {
    return {
      module: ProjectorModule,
      providers: [{ provide: ProjectorService, useFactory: () => new ProjectorService(context) }],
    };
  }
}
