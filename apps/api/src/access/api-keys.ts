import { Inject, Injectable } from '@nestjs/common';
import { ApiKeyStore } from '@jobstream/access';
import { isJobId } from '@jobstream/contracts';
import type { ApiKeyList, CreatedApiKey } from '@jobstream/contracts/rest';
import { OrderWriter } from '@jobstream/orders';
import { loggerToken } from '@jobstream/platform';
import type { Logger } from '@jobstream/runtime';
import { ProblemError } from '../http/problem-error.js';
import { createApiKey } from './create-api-key.js';
import { KeyRing } from './key-ring.js';

/** API keys as administrators work with them. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly store: ApiKeyStore,
    private readonly orders: OrderWriter,
    @Inject(KeyRing) private readonly keys: KeyRing | undefined,
    @Inject(loggerToken) private readonly logger: Logger,
  ) {}

  /** @throws ProblemError `invalid_request` */
  create(request: unknown): Promise<CreatedApiKey> {
    return createApiKey(this.store, request);
  }

  async list(): Promise<ApiKeyList> {
    return { items: await this.store.list() };
  }

  /**
   * Revokes a key for good. Every process refuses it within seconds.
   * @throws ProblemError `invalid_api_key_id`, `api_key_not_found`
   */
  async revoke(id: string): Promise<void> {
    if (!isJobId(id)) throw new ProblemError('invalid_api_key_id', 'The id of a key is a UUIDv7.');
    if (!(await this.store.revoke(id)))
      throw new ProblemError('api_key_not_found', `There is no API key ${id}.`);
    this.keys?.revoke(id);
    // Not awaited: the row decides. A process that does not read the order looks the key up a little later.
    this.orders.revoke(id).catch((error: unknown) => {
      this.logger.warn({ err: error, keyId: id }, 'revocation not sent: other processes look it up');
    });
  }
}
