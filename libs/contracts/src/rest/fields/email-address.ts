import { domainToASCII } from 'node:url';
import { z } from 'zod';

/**
 * The part before the `@`, and ids of users: the characters that names and mailboxes really have, among those that RFC 5321
 * (4.1.2, `Dot-string`) allows. The others (``!#$%&*=/?^`{|}~``) mean something to relays, shells or templates.
 */
export const localPartPattern = "[A-Za-z0-9_+-](?:['.]?[A-Za-z0-9_+-]){0,63}";

/** Characters before the `@` that every mail server takes (RFC 5321, 4.5.3.1.1). */
export const maxLocalCharacters = 64;

/** The part behind the `@`, as people write it: it may have letters of any script. */
export const domainPattern = '(?:[A-Za-z0-9.-]|[^\\x00-\\x7F])+';

/** A domain as mail servers take it (RFC 5321, 4.1.2), with international names as RFC 5891 encodes them. */
const asciiDomain =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/;

/** Characters of an address that every mail server takes (RFC 5321, 4.5.3.1.3). */
export const maxAddressCharacters = 254;

/**
 * A mail address as every mail server takes it: an international domain in its ASCII form, `ada@xn--mnchen-3ya.example` for
 * `ada@münchen.example`; undefined for any other text.
 */
export function asciiAddressOf(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (!addressPattern.test(address) || at > maxLocalCharacters) return undefined;
  const domain = domainToASCII(address.slice(at + 1));
  const ascii = `${address.slice(0, at)}@${domain}`;
  return asciiDomain.test(domain) && ascii.length <= maxAddressCharacters ? ascii : undefined;
}

const addressPattern = new RegExp(`^${localPartPattern}@${domainPattern}$`);

const error =
  "Give a mail address, e.g. ada@example.com; before the @ only letters, digits and ' + - _ . are taken.";

/**
 * A mail address, plain: `ada@example.com`. Holds no white space and no control characters, so it can't leave its header. Becomes
 * {@link asciiAddressOf} it. Letters beyond ASCII before the `@` are not taken: only servers of RFC 6531 deliver them, and the
 * next server on the way is not known here.
 */
export const emailAddressSchema = z
  .string()
  .max(maxAddressCharacters, error)
  .regex(addressPattern, { error, abort: true })
  .transform((address, context) => {
    const ascii = asciiAddressOf(address);
    if (ascii !== undefined) return ascii;
    context.issues.push({ code: 'custom', message: error, input: address });
    return z.NEVER;
  });
