import { z } from 'zod';
import { parseDuration } from '../../duration.js';
import { scopes } from './scope.js';

/** How many requests a key may make in a window, at most all of them at once. Each API process counts for itself. */
export const rateLimitSchema = z
  .strictObject({
    requests: z.int().min(1).max(1_000_000),
    windowSeconds: z.int().min(1).max(86_400),
  })
  .meta({ id: 'RateLimit' });
export type RateLimit = z.infer<typeof rateLimitSchema>;

/** The limit of a key that was given none. */
export const defaultRateLimit: RateLimit = { requests: 1_000, windowSeconds: 1 };

const maxLifeMs = parseDuration('3660d');

const lifeSchema = z.string().superRefine((text, context) => {
  try {
    if (parseDuration(text) > maxLifeMs)
      context.addIssue({ code: 'custom', message: 'A key lives ten years at most.' });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const nameFault = 'Use 1 to 100 characters, none of them a control character.';
const nameSchema = z
  .string()
  .min(1, nameFault)
  .max(100, nameFault)
  // Not as a pattern: other languages' engines have no \p.
  .refine((name) => !/\p{C}/u.test(name), nameFault);

/** `POST /v1/api-keys`. */
export const apiKeyRequestSchema = z
  .strictObject({
    name: nameSchema.describe('The purpose of the key; shown in lists.'),
    owner: nameSchema
      .optional()
      .describe(
        "Who uses it; shown in the audit. Keys of one owner share their Idempotency-Keys, so that one can take another's place. Default `name`.",
      ),
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(scopes.length)
      .describe('`operate` includes `submit` and `read`, `admin` includes all.'),
    expiresIn: lifeSchema
      .optional()
      .describe('How long it is valid, e.g. `90d`. Without it the key is valid until it is revoked.'),
    rateLimit: rateLimitSchema.default(defaultRateLimit),
  })
  .meta({ id: 'ApiKeyRequest' });
export type ApiKeyRequest = z.infer<typeof apiKeyRequestSchema>;

/** An API key without its secret. */
export const apiKeyViewSchema = z
  .object({
    id: z.uuidv7(),
    name: z.string(),
    owner: z.string(),
    scopes: z.array(z.enum(scopes)),
    rateLimit: rateLimitSchema,
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable().describe('Null: never.'),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().describe('To about a minute; null: never.'),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof apiKeyViewSchema>;

/** 201 of `POST /v1/api-keys`: the only answer that shows the key itself. */
export const createdApiKeySchema = apiKeyViewSchema
  .extend({
    key: z
      .string()
      .describe(
        'Send it as `Authorization: Bearer <key>`. It is stored nowhere: make a new key when you lose it.',
      ),
  })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;

/** `GET /v1/api-keys`: newest first, revoked and expired ones too until they are cleaned up. */
export const apiKeyListSchema = z.object({ items: z.array(apiKeyViewSchema) }).meta({ id: 'ApiKeyList' });
export type ApiKeyList = z.infer<typeof apiKeyListSchema>;
