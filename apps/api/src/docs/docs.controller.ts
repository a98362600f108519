import { Controller, Param, Res } from '@nestjs/common';
import { describeRestInterface } from '@jobstream/contracts/openapi';
import { describeTopics } from '@jobstream/contracts/asyncapi';
import { JobTypeBook } from '@jobstream/job-types';
import type { FastifyReply } from 'fastify';
import { Route } from '../http/route.js';
import { ProblemError } from '../http/problem-error.js';
import { docsPage, docsPolicy, readDocsAsset } from './docs-page.js';

/** The contract of this server, for programs and for people. */
@Controller()
export class DocsController {
  private made:
    { readonly revision: number; readonly openApi: string; readonly asyncApi: string } | undefined;

  constructor(private readonly jobTypes: JobTypeBook) {}

  @Route('GET /openapi.json')
  async readOpenApi(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.documents().openApi);
  }

  @Route('GET /asyncapi.json')
  async readAsyncApi(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.documents().asyncApi);
  }

  @Route('GET /docs')
  async open(@Res() reply: FastifyReply): Promise<void> {
    reply.headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': docsPolicy,
    });
    await reply.send(docsPage);
  }

  @Route('GET /docs/{asset}')
  async readAsset(@Param('asset') name: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = await readDocsAsset(name);
    if (!asset) throw new ProblemError('route_not_found', 'The page has no such file: GET /docs');
    reply.headers({ 'content-type': asset.contentType, 'cache-control': 'max-age=3600' });
    await reply.send(asset.body);
  }

  /** They show the types that can be submitted now. */
  private documents(): { readonly openApi: string; readonly asyncApi: string } {
    const { revision, queues } = this.jobTypes;
    if (this.made?.revision !== revision)
      this.made = {
        revision,
        openApi: JSON.stringify(describeRestInterface(this.jobTypes.all().map(({ record }) => record))),
        asyncApi: JSON.stringify(describeTopics(queues.keys())),
      };
    return this.made;
  }
}
