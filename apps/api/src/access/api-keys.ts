import type { ApiKeyStore } from '@jobstream/access';
import { isJobId } from '@jobstream/contracts';
import type { ApiKeyList, CreatedApiKey } from '@jobstream/contracts/rest';
import type { OrderWriter } from '@jobstream/orders';
import type { Logger } from '@jobstream/runtime';
import { ProblemError } from '../http/problem-error.js';
import { createApiKey } from './create-api-key.js';
import type { KeyRing } from './key-ring.js';

/** What {@link ApiKeys} is made of. */
export interface ApiKeysParts {
  readonly store: ApiKeyStore;
  /** Tells the other processes of revocations. */
  readonly orders: OrderWriter;
  /** This process' own; undefined where no key is needed. */
  readonly keys: KeyRing | undefined;
  readonly logger: Logger;
}

/** API keys as administrators work with them. */
export class ApiKeys {
  constructor(private readonly parts: ApiKeysParts) {}

  /** @throws ProblemError `invalid_request` */
  create(request: unknown): Promise<CreatedApiKey> {
    return createApiKey(this.parts.store, request);
  }

  async list(): Promise<ApiKeyList> {
    return { items: await this.parts.store.list() };
  }

  /**
   * Revokes a key for good. Every process refuses it within seconds.
   * @throws ProblemError `invalid_api_key_id`, `api_key_not_found`
   */
  async revoke(id: string): Promise<void> {
    if (!isJobId(id)) throw new ProblemError('invalid_api_key_id', 'The id of a key is a UUIDv7.');
    if (!(await this.parts.store.revoke(id)))
      throw new ProblemError('api_key_not_found', `There is no API key ${id}.`);
    this.parts.keys?.revoke(id);
    // Behind the answer: the row is what counts, and those who do not hear the order look it up a little later.
    this.parts.orders.revoke(id).catch((error: unknown) => {
      this.parts.logger.warn({ err: error, keyId: id }, 'a revocation was not told to the other processes');
    });
  }
}
