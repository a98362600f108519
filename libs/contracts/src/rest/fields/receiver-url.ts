import { z } from 'zod';
import { freeText } from '../../free-text.js';
import { maxCalledUrlLength } from '../../limits.js';

/** The URL of a receiver of webhooks, as it is written in every record: ASCII alone, without a user, a password or a fragment. */
export const receiverUrlSchema = freeText(maxCalledUrlLength).transform((text, context) => {
  const url = readReceiverUrl(text);
  if (url !== undefined) return url;
  context.addIssue({
    code: 'custom',
    message: `Give an http or https URL without a user or password, of at most ${maxCalledUrlLength} characters.`,
  });
  return z.NEVER;
});

function readReceiverUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href.length <= maxCalledUrlLength ? url.href : undefined;
}
