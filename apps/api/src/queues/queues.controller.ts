import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { queueLimitsSchema } from '@jobstream/contracts';
import type { QueueList, QueueOrderAnswer, QueueView } from '@jobstream/contracts/rest';
import { QueueViews } from '@jobstream/status';
import { Access } from '../access/access.js';
import { noBody, readBody } from '../http/body.js';
import { QueueOrders } from './queue-orders.js';

@Controller('v1/queues')
export class QueuesController {
  constructor(
    private readonly queues: QueueViews,
    private readonly orders: QueueOrders,
  ) {}

  @Get()
  @Access('read')
  async list(): Promise<QueueList> {
    return { items: await this.queues.list() };
  }

  @Get(':queue')
  @Access('read')
  find(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.find(queue);
  }

  @Post(':queue/pause')
  @Access('operate')
  @HttpCode(202)
  pause(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.pause(queue);
  }

  @Post(':queue/resume')
  @Access('operate')
  @HttpCode(202)
  resume(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.resume(queue);
  }

  @Put(':queue/limits')
  @Access('operate')
  @HttpCode(202)
  limit(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    return this.orders.limit(queue, readBody(queueLimitsSchema, body));
  }

  @Delete(':queue/limits')
  @Access('operate')
  @HttpCode(202)
  takeLimitsBack(@Param('queue') queue: string): Promise<QueueOrderAnswer> {
    return this.orders.takeLimitsBack(queue);
  }
}
