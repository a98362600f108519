import type { PayloadOf, ResultOf } from '@jobstream/contracts';
import { cleanupExpiredTokens } from '@jobstream/jobs';
import { JobHandler, type HandlerOf, type JobContext } from '@jobstream/execution';
import { deleteAll } from './delete-all.js';
import { MaintenanceParts } from './maintenance-parts.js';
import { dayMs } from './retention.js';

type Cleanup = typeof cleanupExpiredTokens;

/** Deletes in batches, until there is nothing left to delete. */
@JobHandler(cleanupExpiredTokens)
export class CleanupExpiredTokensHandler implements HandlerOf<Cleanup> {
  constructor(private readonly parts: MaintenanceParts) {}

  async handle(_: PayloadOf<Cleanup>, { signal }: Pick<JobContext, 'signal'>): Promise<ResultOf<Cleanup>> {
    const { keys, firings, apiKeys, audit, retention } = this.parts;
    const firingsMs = retention.RETENTION_FIRINGS_DAYS * dayMs;
    const apiKeysMs = retention.RETENTION_API_KEYS_DAYS * dayMs;
    const auditMs = retention.RETENTION_AUDIT_DAYS * dayMs;
    return {
      idempotencyKeys: await deleteAll(() => keys.purge(), signal),
      scheduleFirings: await deleteAll(() => firings.purge(firingsMs), signal),
      apiKeys: await deleteAll(() => apiKeys.purge(apiKeysMs), signal),
      auditEntries: await deleteAll(() => audit.purge(auditMs), signal),
    };
  }
}
