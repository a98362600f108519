import { createHmac } from 'node:crypto';
import { keyOf } from './signing-secret.js';

/** The scheme of the signatures: HMAC with SHA-256, by a secret that both sides know. */
export const signatureScheme = 'v1';

/** What a signature holds for. */
export interface SignedMessage {
  /** The same whenever the same message is sent again. */
  readonly id: string;
  /** When it is sent: seconds since 1970. */
  readonly sentAtS: number;
  /** The body, byte for byte. */
  readonly body: string | Uint8Array;
}

/** The signature of a message, in base64. @throws TypeError when `secret` is none */
export function signatureOf({ id, sentAtS, body }: SignedMessage, secret: string): string {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${sentAtS}.`).update(body).digest('base64');
}

/**
 * The headers that prove where a message comes from.
 * @param secrets each adds a signature: while a secret is rotated, receivers know one of two
 * @throws TypeError when one of them is no secret
 */
export function signatureHeaders(message: SignedMessage, secrets: readonly string[]): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.sentAtS),
    'webhook-signature': secrets
      .map((secret) => `${signatureScheme},${signatureOf(message, secret)}`)
      .join(' '),
  };
}
