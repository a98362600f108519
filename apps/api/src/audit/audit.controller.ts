import { Controller, Query } from '@nestjs/common';
import { AuditStore } from '@jobstream/access';
import { auditQuerySchema, type AuditPage } from '@jobstream/contracts/rest';
import { Route } from '../http/route.js';
import { readQuery } from '../http/query.js';

@Controller()
export class AuditController {
  constructor(private readonly audit: AuditStore) {}

  @Route('GET /v1/audit')
  list(@Query() query: unknown): Promise<AuditPage> {
    return this.audit.page(readQuery(auditQuerySchema, query));
  }
}
