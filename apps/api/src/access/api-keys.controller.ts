import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { ApiKeyList, CreatedApiKey } from '@jobstream/contracts/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from './access.js';
import { ApiKeys } from './api-keys.js';

@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @Access('admin')
  @HttpCode(201)
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedApiKey> {
    const key = await this.keys.create(request.body);
    reply.header('location', `/v1/api-keys/${key.id}`);
    return key;
  }

  @Get()
  @Access('admin')
  list(): Promise<ApiKeyList> {
    return this.keys.list();
  }

  @Delete(':id')
  @Access('admin')
  @HttpCode(204)
  revoke(@Param('id') id: string): Promise<void> {
    return this.keys.revoke(id);
  }
}
