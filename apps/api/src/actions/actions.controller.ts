import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import {
  orderListQuerySchema,
  type ActionPage,
  type ActionSurvey,
  type ActionView,
} from '@jobstream/contracts/rest';
import { Actions } from '@jobstream/replay';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noBody, readBody } from '../http/body.js';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';
import { readFilter } from '../jobs/filter-query.js';

@Controller()
export class ActionsController {
  constructor(private readonly actions: Actions) {}

  @Route('POST /v1/actions')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionSurvey | ActionView> {
    checkFilter(request.body);
    const made = await this.actions.create(request.body, request.caller?.owner ?? null);
    const isAction = 'links' in made;
    reply.code(isAction ? 202 : 200);
    if (isAction) reply.header('location', made.links.self);
    return made;
  }

  @Route('GET /v1/actions')
  list(@Query() query: unknown): Promise<ActionPage> {
    return this.actions.list(readQuery(orderListQuerySchema, query));
  }

  @Route('GET /v1/actions/{id}')
  read(@Param('id') id: string): Promise<ActionView> {
    return this.actions.read(id);
  }

  @Route('POST /v1/actions/{id}/cancel')
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<ActionView> {
    readBody(noBody, body);
    return this.actions.cancel(id);
  }
}

/** What a filter means depends on the time when the action runs; its faults do not. @throws ProblemError `invalid_request` */
function checkFilter(body: unknown): void {
  const { q } = (body ?? {}) as { readonly q?: unknown };
  if (typeof q === 'string') readFilter(q, { now: () => 0 });
}
