import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { newJobId } from '@jobstream/contracts';

/** The parts of an API key that are kept. */
export interface ParsedKey {
  /** Names its row: a UUIDv7. */
  readonly id: string;
  /** SHA-256 of the whole key. It has over 200 random bits, so that nothing slower is needed. */
  readonly hash: Buffer;
}

/** A key that was just made. */
export interface IssuedKey extends ParsedKey {
  /** The text that its user sends: shown once, kept nowhere. */
  readonly text: string;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 40;
/** Digits that 32 bits take. */
const checksumLength = 6;
const pattern = /^(jsk_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}_[0-9A-Za-z]{40})_([0-9A-Za-z]{6})$/;

/**
 * Makes a key: `jsk_<id>_<secret>_<checksum>`. The id is a UUIDv7 without dashes, the secret 40 random digits of base 62,
 * the checksum the CRC-32 of all before it. So scanners find keys that leaked, and a mistyped one is known without asking.
 * @param now milliseconds since 1970, by Postgres' clock: the id says when it was made
 */
export function issueKey(now: number): IssuedKey {
  const id = newJobId(now);
  const secret = Array.from({ length: secretLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  const body = `jsk_${id.replaceAll('-', '')}_${secret}`;
  const text = `${body}_${checksumOf(body)}`;
  return { id, hash: hashOf(text), text };
}

/** Reads a key; undefined for text that is not a key, or was mistyped. */
export function readKey(text: string): ParsedKey | undefined {
  const [, body, checksum] = pattern.exec(text) ?? [];
  if (body === undefined || checksumOf(body) !== checksum) return undefined;
  const id = body.slice(4, 36).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, hash: hashOf(text) };
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksumOf(body: string): string {
  let digits = '';
  for (let rest = crc32(body); rest > 0; rest = Math.floor(rest / alphabet.length))
    digits = alphabet[rest % alphabet.length]! + digits;
  return digits.padStart(checksumLength, '0');
}
