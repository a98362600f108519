import { Inject } from '@nestjs/common';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { cleanupExpiredTokens } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { KeyStore } from '@jobstream/intake';
import { FlowArchive } from '@jobstream/flows';
import { FiringStore } from '@jobstream/scheduling';
import { UniqueKeyReaper } from '@jobstream/unique-keys';
import { deleteAll } from './delete-all.js';
import { dayMs, retentionToken, type Retention } from './retention.js';

type Cleanup = typeof cleanupExpiredTokens;

/**
 * Deletes Idempotency-Keys, occurrences of schedules, flows that have ended, API keys and audit entries that are past their retention, and unique keys that no
 * job holds any more, in batches.
 */
@JobHandler(cleanupExpiredTokens)
export class CleanupExpiredTokensHandler implements HandlerOf<Cleanup> {
  constructor(
    private readonly keys: KeyStore,
    private readonly uniqueKeys: UniqueKeyReaper,
    private readonly firings: FiringStore,
    private readonly flows: FlowArchive,
    private readonly apiKeys: ApiKeyStore,
    private readonly audit: AuditStore,
    @Inject(retentionToken) private readonly retention: Retention,
  ) {}

  async handle(_: PayloadOf<Cleanup>, { signal }: Pick<JobContext, 'signal'>): Promise<ResultOf<Cleanup>> {
    const { keys, uniqueKeys, firings, flows, apiKeys, audit, retention } = this;
    const firingsMs = retention.RETENTION_FIRINGS_DAYS * dayMs;
    const flowsMs = retention.RETENTION_FLOWS_DAYS * dayMs;
    const apiKeysMs = retention.RETENTION_API_KEYS_DAYS * dayMs;
    const auditMs = retention.RETENTION_AUDIT_DAYS * dayMs;
    return {
      idempotencyKeys: await deleteAll(() => keys.purge(), signal),
      uniqueKeys: await uniqueKeys.reap(signal),
      scheduleFirings: await deleteAll(() => firings.purge(firingsMs), signal),
      flows: await deleteAll(() => flows.purge(flowsMs), signal),
      apiKeys: await deleteAll(() => apiKeys.purge(apiKeysMs), signal),
      auditEntries: await deleteAll(() => audit.purge(auditMs), signal),
    };
  }
}
