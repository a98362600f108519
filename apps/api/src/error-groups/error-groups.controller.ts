import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  errorGroupIdSchema,
  errorGroupPatchSchema,
  errorGroupQuerySchema,
  type ErrorGroupDetail,
  type ErrorGroupPage,
} from '@jobstream/contracts/rest';
import { ErrorGroups } from '@jobstream/projection';
import { readBody } from '../http/body.js';
import { ProblemError } from '../http/problem-error.js';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';
import { viewOfGroup } from './error-group-view.js';

@Controller()
export class ErrorGroupsController {
  constructor(private readonly groups: ErrorGroups) {}

  @Route('GET /v1/error-groups')
  async list(@Query() query: unknown): Promise<ErrorGroupPage> {
    const { items, next } = await this.groups.page(readQuery(errorGroupQuerySchema, query));
    return { items: items.map(viewOfGroup), next };
  }

  @Route('GET /v1/error-groups/{id}')
  read(@Param('id') id: string): Promise<ErrorGroupDetail> {
    return this.describe(readGroupId(id));
  }

  @Route('PATCH /v1/error-groups/{id}')
  async mark(@Param('id') text: string, @Body() body: unknown): Promise<ErrorGroupDetail> {
    const patch = readBody(errorGroupPatchSchema, body);
    const id = readGroupId(text);
    if (!(await this.groups.mark(id, patch))) throw notFound(id);
    return this.describe(id);
  }

  private async describe(id: string): Promise<ErrorGroupDetail> {
    const group = await this.groups.find(id);
    if (group === undefined) throw notFound(id);
    return { ...viewOfGroup(group), stack: await this.groups.stackOf(group) };
  }
}

function readGroupId(text: string): string {
  if (errorGroupIdSchema.safeParse(text).success) return text;
  throw new ProblemError('invalid_error_group_id', 'The id of an error group is 16 hex digits.');
}

function notFound(id: string): ProblemError {
  return new ProblemError(
    'error_group_not_found',
    `No error group has the id ${id}. A group goes once it has not failed for as long as jobs are kept.`,
  );
}
