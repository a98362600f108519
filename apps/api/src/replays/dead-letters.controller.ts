import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema, type DeadLetterPage } from '@jobstream/contracts/rest';
import { DeadLetters } from '@jobstream/replay';
import { Access } from '../access/access.js';
import { readQuery } from '../http/query.js';

@Controller('v1/queues/:queue/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get()
  @Access('read')
  list(@Param('queue') queue: string, @Query() query: unknown): Promise<DeadLetterPage> {
    return this.deadLetters.list(queue, readQuery(pageQuerySchema, query));
  }
}
