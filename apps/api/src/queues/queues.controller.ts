import { Controller, Get, Param } from '@nestjs/common';
import type { QueueList, QueueView } from '@jobstream/contracts';
import { QueueViews } from './queue-views.js';

@Controller('v1/queues')
export class QueuesController {
  constructor(private readonly queues: QueueViews) {}

  @Get()
  async list(): Promise<QueueList> {
    return { items: await this.queues.list() };
  }

  @Get(':queue')
  find(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.find(queue);
  }
}
