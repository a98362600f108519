import { z } from 'zod';
import { freeText } from '../../free-text.js';
import { scopes } from './scope.js';

/** `POST /v1/session`. */
export const sessionRequestSchema = z
  .strictObject({ key: freeText(200).describe('An API key: `jsk_...`.') })
  .meta({ id: 'SessionRequest' });
export type SessionRequest = z.infer<typeof sessionRequestSchema>;

/** `GET /v1/me`: who asks, and what they may do. */
export const callerViewSchema = z
  .object({
    keysRequired: z.boolean().describe('False where everyone who reaches the server may do everything.'),
    keyId: z.uuidv7().nullable().describe('Null, as is `owner`, where no key is needed.'),
    owner: z.string().nullable(),
    scopes: z
      .array(z.enum(scopes))
      .describe('As the key has them: `operate` includes `submit` and `read`, `admin` includes all.'),
    expiresInSeconds: z
      .int()
      .nullable()
      .describe('Until the key expires, and its session with it; null: never.'),
  })
  .meta({ id: 'Caller' });
export type CallerView = z.infer<typeof callerViewSchema>;
