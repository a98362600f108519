import { Controller, Query } from '@nestjs/common';
import { throughputQuerySchema, type ThroughputView } from '@jobstream/contracts/rest';
import { DatabaseClock } from '@jobstream/database';
import { Throughput } from '@jobstream/projection';
import { Route } from '../http/route.js';
import { readQuery } from '../http/query.js';
import { decideSpan, showThroughput } from './throughput-span.js';

@Controller()
export class ThroughputController {
  constructor(
    private readonly throughput: Throughput,
    private readonly databaseClock: DatabaseClock,
  ) {}

  @Route('GET /v1/throughput')
  async read(@Query() query: unknown): Promise<ThroughputView> {
    const { type, queue, ...asked } = readQuery(throughputQuerySchema, query);
    const span = decideSpan(asked, this.databaseClock.now());
    const { since, stepMs } = span;
    return showThroughput(span, await this.throughput.read({ type, queue, since: new Date(since), stepMs }));
  }
}
