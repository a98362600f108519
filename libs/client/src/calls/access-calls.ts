import type { z } from 'zod';
import type {
  ApiKeyList,
  apiKeyRequestSchema,
  AuditPage,
  CallerView,
  CreatedApiKey,
} from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type PageOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** An API key as it is asked for. */
export type ApiKeyWish = z.input<typeof apiKeyRequestSchema>;

/** Which entries of the audit to read. */
export interface AuditOptions extends PageOptions {
  /** Only requests with this API key. */
  readonly keyId?: string;
}

/** The calls about API keys, sessions and the audit. Those about keys and the audit need a key with `admin`. Errors are those of every call. */
export class AccessCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** Who asks, and what they may do. Needs any valid key. */
  readCaller({ signal }: CallOptions = {}): Promise<CallerView> {
    return this.caller.read<CallerView>(get('/v1/me', signal));
  }

  /** Signs a browser in: from then on the cookie of the answer stands for the key. Other programs send the key itself. */
  signIn(key: string, { signal }: CallOptions = {}): Promise<CallerView> {
    return this.caller.read<CallerView>({
      method: 'POST',
      path: '/v1/session',
      body: JSON.stringify({ key }),
      repeatable: true,
      signal,
    });
  }

  /** Signs a browser out. The key stays valid. */
  signOut({ signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: '/v1/session', repeatable: true, signal });
  }

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
