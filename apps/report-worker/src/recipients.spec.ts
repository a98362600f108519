import { describe, expect, it } from '@jest/globals';
import { emailAddressSchema, userIdSchema } from '@jobstream/contracts/rest';
import { Recipients } from './recipients.js';

describe('the recipient of a report', () => {
  const recipients = new Recipients('mail.example.org');

  it('is the user, whose id is an address or a name in our domain', () => {
    expect(recipients.addressOf('ada@example.com')).toBe('ada@example.com');
    expect(recipients.addressOf('42')).toBe('42@mail.example.org');
  });

  it.each([
    '42',
    'ada',
    'a.b',
    'a-',
    'a_',
    'a+',
    '0--_+',
    'A.-.-',
    "o'brien",
    "a.b'c-d",
    'x'.repeat(64),
    `${'x.'.repeat(31)}x`,
    'ada@example.com',
    'a+b_c-d.e@a-b.example.co',
    `ada@${'d'.repeat(63)}.${'e'.repeat(63)}`,
    "o'brien@münchen.example",
  ])('is an address for every id that is taken: %s', (userId) => {
    expect(userIdSchema.safeParse(userId).success).toBe(true);
    expect(emailAddressSchema.safeParse(recipients.addressOf(userId)).success).toBe(true);
  });
});
