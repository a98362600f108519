import { Controller, Param, Query } from '@nestjs/common';
import { pageQuerySchema, type DeadLetterPage } from '@jobstream/contracts/rest';
import { DeadLetters } from '@jobstream/replay';
import { Route } from '../http/route.js';
import { readQuery } from '../http/query.js';

@Controller()
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Route('GET /v1/queues/{queue}/dead-letters')
  list(@Param('queue') queue: string, @Query() query: unknown): Promise<DeadLetterPage> {
    return this.deadLetters.list(queue, readQuery(pageQuerySchema, query));
  }
}
