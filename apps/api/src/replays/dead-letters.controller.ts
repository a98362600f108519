import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema, type DeadLetterPage } from '@jobstream/contracts';
import { DeadLetters } from '@jobstream/replay';
import { readQuery } from '../http/query.js';

@Controller('v1/queues/:queue/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get()
  list(@Param('queue') queue: string, @Query() query: unknown): Promise<DeadLetterPage> {
    return this.deadLetters.list(queue, readQuery(pageQuerySchema, query));
  }
}
