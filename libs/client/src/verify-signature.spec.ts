import { describe, expect, it } from '@jest/globals';
import { newSigningSecret, signatureHeaders } from '@jobstream/contracts/signatures';
import { SignatureError, verifySignature } from './verify-signature.js';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const [secret, next, stranger] = [newSigningSecret(), newSigningSecret(), newSigningSecret()];
const message = { id: 'job-1', sentAtS: now / 1_000, body: '{"id":"job","amount":7}' };
const { body } = message;
const headers = signatureHeaders(message, [secret]);

function fault(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof SignatureError) return error.code;
    throw error;
  }
  return 'none';
}

describe('verifySignature', () => {
  it('takes what was signed, as bytes or text, and whatever carries the headers', () => {
    const carriers = [
      headers,
      new Headers(headers),
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]])),
    ];
    for (const each of carriers) {
      expect(verifySignature({ headers: each, body }, secret, now)).toBe('job-1');
      expect(verifySignature({ headers: each, body: Buffer.from(body) }, [secret], now)).toBe('job-1');
    }
  });

  it('refuses a tampered body, id or timestamp', () => {
    const tampered = [
      { headers, body: body.replace('7', '8') },
      { headers, body: `${body} ` },
      { headers: { ...headers, 'webhook-id': 'job-2' }, body },
      { headers: { ...headers, 'webhook-timestamp': String(message.sentAtS + 1) }, body },
    ];
    for (const request of tampered)
      expect(fault(() => verifySignature(request, secret, now))).toBe('signature_wrong');
  });

  it.each([
    ['over five minutes old', now + 301_000],
    ['over five minutes ahead', now - 301_000],
  ])('refuses a timestamp that is %s, and takes one that is five', (_, at) => {
    expect(fault(() => verifySignature({ headers, body }, secret, at))).toBe('signature_stale');
    const nearer = at + Math.sign(now - at) * 1_000;
    expect(verifySignature({ headers, body }, secret, nearer)).toBe('job-1');
  });

  it.each(['soon', '-1', '1e9', '1767323045.5', '', '9'.repeat(30)])(
    'refuses the timestamp %j',
    (timestamp) => {
      const request = { headers: { ...headers, 'webhook-timestamp': timestamp }, body };
      expect(fault(() => verifySignature(request, secret, now))).toMatch(/signature_(stale|missing)/);
    },
  );

  it('takes either secret while one is rotated, and refuses the old one afterwards', () => {
    const rotating = { headers: signatureHeaders(message, [next, secret]), body };
    const rotated = { headers: signatureHeaders(message, [next]), body };
    expect([secret, next, [stranger, secret]].map((each) => verifySignature(rotating, each, now))).toEqual(
      Array(3).fill('job-1'),
    );
    expect(verifySignature(rotated, next, now)).toBe('job-1');
    expect(fault(() => verifySignature(rotated, secret, now))).toBe('signature_wrong');
    expect(fault(() => verifySignature(rotating, stranger, now))).toBe('signature_wrong');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'refuses a request without %s',
    (name) => {
      const request = { headers: { ...headers, [name]: undefined }, body };
      expect(fault(() => verifySignature(request, secret, now))).toBe('signature_missing');
    },
  );

  it.each([
    ['another scheme', headers['webhook-signature']!.replace('v1,', 'v2,')],
    ['no scheme', headers['webhook-signature']!.slice(3)],
    ['a cut signature', headers['webhook-signature']!.slice(0, -1)],
    ['nothing but a scheme', 'v1,'],
    ['the right one behind a thousand others', `${'v1,AAAA '.repeat(1_000)}${headers['webhook-signature']}`],
  ])('refuses a signature of %s', (_, signature) => {
    const request = { headers: { ...headers, 'webhook-signature': signature }, body };
    expect(fault(() => verifySignature(request, secret, now))).toBe('signature_wrong');
  });
});
