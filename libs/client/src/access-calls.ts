import type { z } from 'zod';
import type { ApiKeyList, apiKeyRequestSchema, AuditPage, CreatedApiKey } from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type PageOptions } from './call-options.js';
import type { HttpCaller } from './http-caller.js';

/** An API key as it is asked for. */
export type ApiKeyWish = z.input<typeof apiKeyRequestSchema>;

/** Which entries of the audit to read. */
export interface AuditOptions extends PageOptions {
  /** Only requests with this API key. */
  readonly keyId?: string;
}

/** The calls about API keys and the audit; they need a key with `admin`. Errors are those of every call. */
export class AccessCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All API keys without their secrets, newest first. */
  listKeys({ signal }: CallOptions = {}): Promise<ApiKeyList> {
    return this.caller.read<ApiKeyList>(get('/v1/api-keys', signal));
  }

  /** Makes an API key. Its text is shown only here. */
  createKey(wish: ApiKeyWish, { signal }: CallOptions = {}): Promise<CreatedApiKey> {
    return this.caller.read<CreatedApiKey>({
      method: 'POST',
      path: '/v1/api-keys',
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /**
   * Revokes an API key for good.
   * @throws ProblemError `api_key_not_found`
   */
  revokeKey(id: string, { signal }: CallOptions = {}): Promise<void> {
    const path = `/v1/api-keys/${encodeURIComponent(id)}`;
    return this.caller.call({ method: 'DELETE', path, repeatable: true, signal });
  }

  /** A page of changes and refused requests, newest first. Its limit is at most 200. */
  listAudit({ signal, ...page }: AuditOptions = {}): Promise<AuditPage> {
    return this.caller.read<AuditPage>(get(`/v1/audit${queryOf({ ...page })}`, signal));
  }
}
