import { Controller, Param, Req, Res } from '@nestjs/common';
import type { ApiKeyList, CreatedApiKey } from '@jobstream/contracts/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { ApiKeys } from './api-keys.js';

@Controller()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Route('POST /v1/api-keys')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedApiKey> {
    const key = await this.keys.create(request.body);
    reply.header('location', `/v1/api-keys/${key.id}`);
    return key;
  }

  @Route('GET /v1/api-keys')
  list(): Promise<ApiKeyList> {
    return this.keys.list();
  }

  @Route('DELETE /v1/api-keys/{id}')
  revoke(@Param('id') id: string): Promise<void> {
    return this.keys.revoke(id);
  }
}
