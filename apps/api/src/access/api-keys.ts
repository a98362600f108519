import { issueKey, type ApiKeyStore } from '@jobstream/access';
import {
  apiKeyRequestSchema,
  faultsOf,
  isJobId,
  type ApiKeyList,
  type CreatedApiKey,
} from '@jobstream/contracts';
import { ProblemError } from '../http/problem-error.js';

/** What {@link ApiKeys} is made of. */
export interface ApiKeysParts {
  readonly store: ApiKeyStore;
  /** Told of a key that was revoked. */
  onRevoked(id: string): void;
}

/** API keys as administrators work with them. */
export class ApiKeys {
  constructor(private readonly parts: ApiKeysParts) {}

  /**
   * Makes a key; its text is in the answer and nowhere else.
   * @throws ProblemError `invalid_request`
   */
  async create(request: unknown): Promise<CreatedApiKey> {
    const parsed = apiKeyRequestSchema.safeParse(request);
    if (!parsed.success) {
      const errors = faultsOf(parsed.error);
      throw new ProblemError('invalid_request', 'The API key that is asked for has faults.', { errors });
    }
    const key = issueKey();
    return { ...(await this.parts.store.insert(key, parsed.data)), key: key.text };
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
    this.parts.onRevoked(id);
  }
}
