import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { ApiKeysController } from './access/api-keys.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { CountsController } from './counts/counts.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health/health.controller.js';
import { ImagesController } from './images/images.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { CaughtMails } from './mail/caught-mails.js';
import { MailController } from './mail/mail.controller.js';
import { QueuesController } from './queues/queues.controller.js';
import { RebuildsController } from './rebuilds/rebuilds.controller.js';
import { DeadLettersController } from './replays/dead-letters.controller.js';
import { JobReplaysController } from './replays/job-replays.controller.js';
import { ReplaysController } from './replays/replays.controller.js';
import { ReportsController } from './reports/reports.controller.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SignUpController } from './sign-up/sign-up.controller.js';
import { TasksController } from './tasks/tasks.controller.js';

/** The REST surface: its controllers, over parts that were made before. */
@Module({})
export class ApiModule {
  /** @param parts instances, each injected by its class */
  static of(parts: readonly object[]): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        JobsController,
        ImagesController,
        TasksController,
        ReportsController,
        SignUpController,
        QueuesController,
        SchedulesController,
        CountsController,
        ApiKeysController,
        AuditController,
        ReplaysController,
        JobReplaysController,
        DeadLettersController,
        RebuildsController,
        HealthController,
        DocsController,
        ...(parts.some((part) => part instanceof CaughtMails) ? [MailController] : []),
      ],
      providers: parts.map((part): Provider => ({ provide: part.constructor, useValue: part })),
    };
  }
}
