import { Controller, Get, Param, Res } from '@nestjs/common';
import { describeRestInterface } from '@jobstream/contracts/openapi';
import { describeTopics } from '@jobstream/contracts/asyncapi';
import { jobDefinitions, queues } from '@jobstream/jobs';
import type { FastifyReply } from 'fastify';
import { Access } from '../access/access.js';
import { ProblemError } from '../http/problem-error.js';
import { docsPage, docsPolicy, readDocsAsset } from './docs-page.js';

/** The contract of this server, for programs and for people. */
@Controller()
export class DocsController {
  private openApi: string | undefined;
  private asyncApi: string | undefined;

  @Get('openapi.json')
  @Access('read')
  async readOpenApi(@Res() reply: FastifyReply): Promise<void> {
    this.openApi ??= JSON.stringify(describeRestInterface(jobDefinitions));
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.openApi);
  }

  @Get('asyncapi.json')
  @Access('read')
  async readAsyncApi(@Res() reply: FastifyReply): Promise<void> {
    this.asyncApi ??= JSON.stringify(describeTopics(queues.keys()));
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.asyncApi);
  }

  @Get('docs')
  @Access('read')
  async open(@Res() reply: FastifyReply): Promise<void> {
    reply.headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': docsPolicy,
    });
    await reply.send(docsPage);
  }

  @Get('docs/:asset')
  @Access('read')
  async readAsset(@Param('asset') name: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = await readDocsAsset(name);
    if (!asset) throw new ProblemError('route_not_found', 'The page has no such file: GET /docs');
    reply.headers({ 'content-type': asset.contentType, 'cache-control': 'max-age=3600' });
    await reply.send(asset.body);
  }
}
