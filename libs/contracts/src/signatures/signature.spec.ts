import { describe, expect, it } from '@jest/globals';
import { signatureHeaders, signatureOf } from './signature.js';
import { keyOf, newSigningSecret } from './signing-secret.js';

/** The example that the libraries of Standard Webhooks are tested with. */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAtS: 1614265330, body: '{"test": 2432232314}' };
const signature = 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

describe('a signature', () => {
  it('is the one that Standard Webhooks gives as its example', () => {
    expect(signatureOf(message, secret)).toBe(signature);
    expect(signatureOf({ ...message, body: Buffer.from(message.body) }, secret)).toBe(signature);
  });

  it('stands in the headers once for each secret', () => {
    const other = newSigningSecret();
    expect(signatureHeaders(message, [other, secret])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': `v1,${signatureOf(message, other)} v1,${signature}`,
    });
  });
});

describe('a signing secret', () => {
  it('is new each time, and one', () => {
    const [one, other] = [newSigningSecret(), newSigningSecret()];
    expect(one).not.toBe(other);
    expect([one, other].map((each) => keyOf(each).length)).toEqual([32, 32]);
  });

  it('may come without its prefix where a key is read', () => {
    expect(keyOf(secret.slice('whsec_'.length))).toEqual(keyOf(secret));
  });

  it.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    'whsec_not base64 at all, but long enough',
    `whsec_${'A'.repeat(100)}`,
  ])('is not %j, and the error does not repeat it', (text) => {
    expect(() => keyOf(text)).toThrow(TypeError);
    if (text.length > 6) expect(() => keyOf(text)).not.toThrow(text.slice(6));
  });
});
