import { randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const newKeyBytes = 32;
const [minKeyBytes, maxKeyBytes] = [24, 64];
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A new secret that signs requests: `whsec_` and 32 random bytes in base64. */
export function newSigningSecret(): string {
  return prefix + randomBytes(newKeyBytes).toString('base64');
}

/**
 * The key of a secret, with which requests are signed.
 * @param secret with or without `whsec_`
 * @throws TypeError when it is no secret; the message does not contain it
 */
export function keyOf(secret: string): Buffer {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  const key = Buffer.from(base64.test(text) ? text : '', 'base64');
  if (key.length >= minKeyBytes && key.length <= maxKeyBytes) return key;
  throw new TypeError(
    `A signing secret is "${prefix}" and ${minKeyBytes} to ${maxKeyBytes} bytes in base64. Take it as the platform has shown it.`,
  );
}
