import { z } from 'zod';
import { apiKeyListSchema, apiKeyRequestSchema, createdApiKeySchema } from '../../rest/access/api-key.js';
import { auditPageSchema, auditQuerySchema } from '../../rest/access/audit.js';
import { callerViewSchema, sessionRequestSchema } from '../../rest/access/session.js';
import type { RouteContract } from '../route-contract.js';

export const accessRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/me',
    operationId: 'readCaller',
    tag: 'Access',
    scope: 'any',
    summary: 'Who asks, and what they may do',
    answers: {
      200: { description: 'The owner of the key, its scopes and its time.', schema: callerViewSchema },
    },
    problems: [],
  },
  {
    route: 'POST /v1/session',
    operationId: 'signIn',
    tag: 'Access',
    scope: 'open',
    summary: 'Sign a browser in by an API key',
    description:
      'The answer sets a cookie that stands for the key until the browser closes, or the key expires or is revoked. ' +
      'A request that changes something and comes with the cookie needs the header `x-jobstream-console: 1` as well. ' +
      'Programs send the key itself instead.',
    body: { schema: sessionRequestSchema },
    answers: {
      200: {
        description: 'Signed in. Where no key is needed, no cookie is set.',
        schema: callerViewSchema,
        headers: { 'Set-Cookie': 'The session, for this browser alone.' },
      },
    },
    problems: ['unauthenticated', 'database_unavailable'],
  },
  {
    route: 'DELETE /v1/session',
    operationId: 'signOut',
    tag: 'Access',
    scope: 'open',
    summary: 'Sign a browser out',
    description: 'The key stays valid: revoke it where it has leaked.',
    answers: {
      204: {
        description: 'The browser forgets the cookie.',
        headers: { 'Set-Cookie': 'Takes the session away.' },
      },
    },
    problems: [],
  },
  {
    route: 'GET /v1/api-keys',
    operationId: 'listApiKeys',
    tag: 'Access',
    scope: 'admin',
    summary: 'List all API keys, newest first',
    answers: { 200: { description: 'The keys, without their secrets.', schema: apiKeyListSchema } },
    problems: ['database_unavailable'],
  },
  {
    route: 'POST /v1/api-keys',
    operationId: 'createApiKey',
    tag: 'Access',
    scope: 'admin',
    summary: 'Make an API key',
    body: {
      schema: apiKeyRequestSchema,
      examples: {
        submitter: {
          summary: 'A key that makes jobs and reads their results, for 90 days',
          value: { name: 'web 2026', owner: 'web', scopes: ['submit', 'read'], expiresIn: '90d' },
        },
        limited: {
          summary: 'A key that reads, at most ten times a minute',
          value: {
            name: 'monitoring',
            scopes: ['read'],
            rateLimit: { requests: 10, windowSeconds: 60 },
          },
        },
      },
    },
    answers: {
      201: {
        description: 'The key. Its text is shown only here.',
        schema: createdApiKeySchema,
        headers: { Location: 'Path of the key.' },
      },
    },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'DELETE /v1/api-keys/{id}',
    operationId: 'revokeApiKey',
    tag: 'Access',
    scope: 'admin',
    summary: 'Revoke an API key for good',
    path: { id: z.uuidv7().describe('The id of the key.') },
    answers: { 204: { description: 'Revoked: every process refuses it within seconds.' } },
    problems: ['invalid_api_key_id', 'api_key_not_found', 'database_unavailable'],
  },
  {
    route: 'GET /v1/audit',
    operationId: 'listAudit',
    tag: 'Access',
    scope: 'admin',
    summary: 'List changes and refused requests, newest first',
    query: auditQuerySchema,
    answers: { 200: { description: 'One page.', schema: auditPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
];
