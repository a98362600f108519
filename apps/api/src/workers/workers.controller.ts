import { Controller, Query } from '@nestjs/common';
import { workerQuerySchema, type WorkerList } from '@jobstream/contracts/rest';
import { Workers } from '@jobstream/status';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';

@Controller()
export class WorkersController {
  constructor(private readonly workers: Workers) {}

  @Route('GET /v1/workers')
  async list(@Query() query: unknown): Promise<WorkerList> {
    const { queue } = readQuery(workerQuerySchema, query);
    return { items: await this.workers.list(queue) };
  }
}
