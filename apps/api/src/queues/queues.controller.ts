import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { QueueList, QueueOrderAnswer, QueueView } from '@jobstream/contracts';
import { noBody, readBody } from '../http/body.js';
import { QueueOrders } from './queue-orders.js';
import { QueueViews } from './queue-views.js';

@Controller('v1/queues')
export class QueuesController {
  constructor(
    private readonly queues: QueueViews,
    private readonly orders: QueueOrders,
  ) {}

  @Get()
  async list(): Promise<QueueList> {
    return { items: await this.queues.list() };
  }

  @Get(':queue')
  find(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.find(queue);
  }

  @Post(':queue/pause')
  @HttpCode(202)
  pause(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.pause(queue);
  }

  @Post(':queue/resume')
  @HttpCode(202)
  resume(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.resume(queue);
  }
}
