import { timingSafeEqual } from 'node:crypto';
import { signatureOf, signatureScheme } from '@jobstream/contracts/signatures';

/** A request as it came in. */
export interface SignedRequest {
  /** As `fetch` or Node's HTTP server gives them. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Byte for byte: JSON that was parsed and written again has another signature. */
  readonly body: string | Uint8Array;
}

/** Seconds that the sender's clock and the receiver's may be apart, with the time on the way. */
const toleranceS = 5 * 60;
/** Signatures of one request that are looked at: each costs a comparison. */
const maxSignatures = 16;

/** A request does not come from the platform as it is, or it is too old. Answer 401, so that it is not sent again. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  /** @param code decide by it */
  constructor(
    readonly code: 'signature_missing' | 'signature_stale' | 'signature_wrong',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Checks that the platform has sent a request, as it is, within the last five minutes.
 * @param secrets one, or several while it is rotated
 * @param now milliseconds since 1970. Default: by this machine's clock
 * @returns the `webhook-id`: a request that comes again has the same one
 * @throws SignatureError; TypeError when one of `secrets` is no secret
 */
export function verifySignature(
  { headers, body }: SignedRequest,
  secrets: string | readonly string[],
  now = Date.now(),
): string {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (!id || !timestamp || !signatures)
    throw new SignatureError(
      'signature_missing',
      'The request has no webhook-id, webhook-timestamp or webhook-signature: it is not from the platform, or a proxy has removed them.',
    );
  const sentAtS = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  const ageS = Math.floor(now / 1_000) - sentAtS;
  if (!(Math.abs(ageS) <= toleranceS))
    throw new SignatureError(
      'signature_stale',
      `The request says it was sent at ${JSON.stringify(timestamp.slice(0, 40))}, more than ${toleranceS} s from now: it was recorded, or this machine's clock is wrong.`,
    );
  const sent = signatures.split(' ', maxSignatures).flatMap((each) => {
    const [scheme, signature] = each.split(',', 2);
    return scheme === signatureScheme && signature ? [Buffer.from(signature)] : [];
  });
  const expected = (typeof secrets === 'string' ? [secrets] : secrets).map((secret) =>
    Buffer.from(signatureOf({ id, sentAtS, body }, secret)),
  );
  if (!expected.some((own) => sent.some((other) => isEqual(own, other))))
    throw new SignatureError(
      'signature_wrong',
      'No signature of the request fits: its body was changed, or it was signed with another secret.',
    );
  return id;
}

function isEqual(own: Buffer, other: Buffer): boolean {
  return own.length === other.length && timingSafeEqual(own, other);
}

function headerOf(headers: SignedRequest['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name] ?? Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : value?.[0];
}
