import { freeText } from '../../free-text.js';

/**
 * Characters that are invisible or change the reading direction: Unicode's Cc, Zl, Zp and Default_Ignorable_Code_Point, but for
 * the joiners and variation selectors that names have.
 */
const unseen =
  '\\x00-\\x1F\\x7F-\\x9F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180E\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF0-\\uFFFB';
/** The "tag" characters, which are invisible too. Not part of the pattern: engines differ in characters that UTF-16 has in two parts. */
const tags = /[\u{E0000}-\u{E007F}]/u;

const unseenFault = 'Use no line breaks, control characters or invisible characters.';

/**
 * The name of a person: one line, up to 100 characters. It stands in mails to any recipient, so it can't be an address: mail
 * programs make a link of any text that looks like one.
 */
export const personNameSchema = freeText(100)
  .regex(new RegExp(`^[^${unseen}]*$`), { error: unseenFault, abort: true })
  .refine((name) => !tags.test(name), { error: unseenFault, abort: true })
  .regex(
    /^[^.。．｡@/\\:<>]*(?:[.。．｡][^\s.。．｡@/\\:<>]?(?:\s[^.。．｡@/\\:<>]*)?)*$/,
    'Use no web or mail address: a name has no @ / : < >, and after a dot comes a space or one letter.',
  );
