import { Controller, Get, Query } from '@nestjs/common';
import { AuditStore } from '@jobstream/access';
import { auditQuerySchema, type AuditPage } from '@jobstream/contracts/rest';
import { Access } from '../access/access.js';
import { readQuery } from '../http/query.js';

@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditStore) {}

  @Get()
  @Access('admin')
  list(@Query() query: unknown): Promise<AuditPage> {
    return this.audit.page(readQuery(auditQuerySchema, query));
  }
}
