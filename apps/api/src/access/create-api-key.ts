import { issueKey, type ApiKeyStore } from '@jobstream/access';
import { apiKeyRequestSchema, faultsOf, type CreatedApiKey } from '@jobstream/contracts/rest';
import { ProblemError } from '../http/problem-error.js';

/**
 * Makes an API key; its text is in the answer and nowhere else.
 * @throws ProblemError `invalid_request`
 */
export async function createApiKey(store: ApiKeyStore, request: unknown): Promise<CreatedApiKey> {
  const parsed = apiKeyRequestSchema.safeParse(request);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error);
    throw new ProblemError('invalid_request', 'The API key that is asked for has faults.', { errors });
  }
  const key = issueKey(await store.now());
  return { ...(await store.insert(key, parsed.data)), key: key.text };
}
