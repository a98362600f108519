import { Body, Controller, Param, Res } from '@nestjs/common';
import { queueLimitsSchema } from '@jobstream/contracts';
import type { LimitsUsage, QueueList, QueueOrderAnswer, QueueView } from '@jobstream/contracts/rest';
import { LimitsInUse, LiveBoard, QueueViews } from '@jobstream/status';
import type { FastifyReply } from 'fastify';
import { Route } from '../http/route.js';
import { noBody, readBody } from '../http/body.js';
import { writeEvents } from '../live/event-stream.js';
import { OpenRequests } from '../live/open-requests.js';
import { QueueOrders } from './queue-orders.js';

@Controller()
export class QueuesController {
  constructor(
    private readonly queues: QueueViews,
    private readonly orders: QueueOrders,
    private readonly limitsInUse: LimitsInUse,
    private readonly board: LiveBoard,
    private readonly openRequests: OpenRequests,
  ) {}

  @Route('GET /v1/queues')
  async list(): Promise<QueueList> {
    return { items: await this.queues.list() };
  }

  @Route('GET /v1/live')
  async watch(@Res() reply: FastifyReply): Promise<void> {
    const signal = this.openRequests.signalOf(reply);
    reply.hijack();
    await writeEvents(reply.raw, this.board.watch(signal), signal);
  }

  @Route('GET /v1/queues/{queue}')
  find(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.find(queue);
  }

  @Route('POST /v1/queues/{queue}/pause')
  pause(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.pause(queue);
  }

  @Route('POST /v1/queues/{queue}/resume')
  resume(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    readBody(noBody, body);
    return this.orders.resume(queue);
  }

  @Route('GET /v1/queues/{queue}/limits/usage')
  readUsage(@Param('queue') queue: string): Promise<LimitsUsage> {
    return this.limitsInUse.read(queue);
  }

  @Route('PUT /v1/queues/{queue}/limits')
  limit(@Param('queue') queue: string, @Body() body: unknown): Promise<QueueOrderAnswer> {
    return this.orders.limit(queue, readBody(queueLimitsSchema, body));
  }

  @Route('DELETE /v1/queues/{queue}/limits')
  takeLimitsBack(@Param('queue') queue: string): Promise<QueueOrderAnswer> {
    return this.orders.takeLimitsBack(queue);
  }
}
