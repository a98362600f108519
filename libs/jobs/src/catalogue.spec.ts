import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { faultsOf, imageIdSchema, personNameSchema } from '@jobstream/contracts/rest';
import { findJobDefinition, jobDefinitions } from './catalogue.js';
import { imageIdOfUrl, isImageIdOfUrl } from './image-source.js';
import { imageThumbnail, thumbnailKey } from './image-thumbnail.js';

const reportId = '0190163d-8694-739b-aea5-966c26f8ad91';
const ready = { template: 'report-ready', data: { reportId, reportType: 'usage' } };

function check(type: string, payload: unknown): { payload?: unknown; faults: string[] } {
  const { data, error } = findJobDefinition(type)!.payload.safeParse(payload);
  return error ? { faults: faultsOf(error).map(({ pointer }) => pointer) } : { payload: data, faults: [] };
}

describe('the catalogue', () => {
  it('can be shown as JSON Schema', () => {
    for (const { payload, result } of jobDefinitions) {
      expect(z.toJSONSchema(payload, { io: 'input' })).toMatchObject({ $schema: expect.any(String) });
      expect(z.toJSONSchema(result)).toMatchObject({ type: 'object' });
    }
  });

  it('names each type once', () => {
    expect(new Set(jobDefinitions.map(({ type }) => type)).size).toBe(jobDefinitions.length);
  });
});

describe('notification.email', () => {
  it('takes both templates of mails', () => {
    expect(check('notification.email', { to: 'ada@example.com', template: 'welcome' })).toEqual({
      payload: { to: 'ada@example.com', template: 'welcome', data: {} },
      faults: [],
    });
    expect(check('notification.email', { to: 'ada@example.com', ...ready }).faults).toEqual([]);
  });

  it.each([
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@example.com\n',
    'ada@example.com, eve@example.com',
    'Ada <ada@example.com>',
    '<ada@example.com>',
    'ada@example.com\0',
    'ada @example.com',
    'ada@[127.0.0.1]',
    '"ada\r\n"@example.com',
    'ada@exa\u2028mple.com',
    `${'a'.repeat(250)}@example.com`,
    'ada',
    '',
    // Only servers of RFC 6531 deliver to these.
    'jösé@example.com',
    'ada@127.0.0.1',
    'ada@0x7f.1',
    'ada@münchen',
    'ada@-x.com',
    'ada@a..com',
    'ada@a%62.com',
    'ada@xn--a.com',
    'ada@mün\u202echen.example',
    "o''brien@example.com",
    "o'@example.com",
    `ada@${'ü'.repeat(60)}.example`,
  ])('refuses the address %j', (to) => {
    expect(check('notification.email', { to, template: 'welcome' }).faults).toContain('/to');
  });

  it.each([
    ['ada@example.com', 'ada@example.com'],
    ["o'brien+jobs@Mail.Example.COM", "o'brien+jobs@mail.example.com"],
    ['ada@münchen.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@MÜNCHEN.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@почта.рф', 'ada@xn--80a1acny.xn--p1ai'],
    ['ada@例え。jp', 'ada@xn--r8jz45g.jp'],
    ['ada@ａｂ.com', 'ada@ab.com'],
  ])('takes the address %s, as every mail server does: %s', (to, ascii) => {
    const { payload, faults } = check('notification.email', { to, template: 'welcome' });
    expect(faults).toEqual([]);
    expect(payload).toMatchObject({ to: ascii });
    expect(check('notification.email', payload)).toEqual({ payload, faults: [] });
  });

  it.each([
    'Ada',
    "Sinéad O'Connor",
    'J. R. R. Tolkien',
    'J.R.R. Tolkien',
    'St. John-Smythe, Jr.',
    '李小龍',
    'محمد بن سلمان',
    'नरेन्द्र',
    'می\u200cخواهم',
    'Ada 🙂',
    'x'.repeat(100),
  ])('takes the name %s', (name) => {
    const payload = { to: 'ada@example.com', template: 'welcome', data: { name } };
    expect(check('notification.email', payload).faults).toEqual([]);
  });

  it.each([
    'Ada\r\nSubject: won',
    'Ada\u2028',
    '\u0007',
    '',
    'x'.repeat(101),
    ...['\u202e', '\u2066', '\u200f', '\u061c', '\u200b', '\ufeff', '\u00ad', '\u{e0041}'].map(
      (mark) => `A${mark}da`,
    ),
    'https://evil.example',
    'evil.example',
    'www.evil.com/x',
    'evil。example',
    'call eve@evil.example',
    'x:y',
    '<b>',
    'you won: evil.example/claim',
  ])('refuses the name %j', (name) => {
    const payload = { to: 'ada@example.com', template: 'welcome', data: { name } };
    expect(check('notification.email', payload).faults).toEqual(['/data/name']);
  });

  it('refuses invisible characters and changes of direction in a name, and takes those that names need', () => {
    const isUnseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
    const isNeeded = /[\u200c\u200d\p{Variation_Selector}]/u;
    const wrong = Array.from({ length: 0xffff }, (_, code) => String.fromCodePoint(code))
      .concat(Array.from({ length: 0x200 }, (_, nth) => String.fromCodePoint(0xe0000 + nth)))
      .filter((character) => isUnseen.test(character))
      .filter(
        (character) => personNameSchema.safeParse(`a${character}b`).success !== isNeeded.test(character),
      )
      .map((character) => character.codePointAt(0)!.toString(16));
    // Beyond the tags Unicode keeps places that no character has yet.
    expect(wrong.filter((code) => !/^e0(0[89a-f]|1f)/.test(code))).toEqual([]);
  });

  it('refuses an unknown template, and the data of another', () => {
    const to = 'ada@example.com';
    expect(check('notification.email', { to, template: 'spam', data: {} }).faults).toEqual(['/template']);
    expect(
      check('notification.email', { to, template: 'report-ready', data: { name: 'A' } }).faults,
    ).not.toEqual([]);
    expect(check('notification.email', { to, template: 'welcome', subject: 'x' }).faults).toEqual([
      '/subject',
    ]);
  });
});

describe('report.generate', () => {
  it.each([
    '42',
    'ada',
    'ada.lovelace',
    "o'brien",
    "m.o'brien@example.com",
    'ada@münchen.example',
    'ada+x@mail.example.com',
    'a'.repeat(64),
  ])('takes the user %s', (userId) => {
    expect(check('report.generate', { userId, reportType: 'activity' }).faults).toEqual([]);
  });

  it.each([
    '',
    '.ada',
    'ada.',
    'a..b',
    'ada@',
    'ada@localhost',
    'ada@-x.com',
    'ada@münchen',
    'a b',
    'a\n',
    'é',
    "'ada",
    "ada'",
    "o''brien",
    '-ada',
    '=1+1',
    'a/b',
    'a%b',
    'a'.repeat(65),
    42,
  ])('refuses the user %j', (userId) => {
    expect(check('report.generate', { userId, reportType: 'activity' }).faults).toEqual(['/userId']);
  });
});

describe.each(['image.thumbnail', 'inference.ocr'])('%s', (type) => {
  it('takes either an image or a URL', () => {
    expect(check(type, { imageId: 'page' }).faults).toEqual([]);
    expect(check(type, { url: 'https://example.com/page.png' }).faults).toEqual([]);
    expect(check(type, {}).faults).toEqual(['']);
    expect(check(type, { imageId: 'page', url: 'https://example.com/' }).faults).toEqual(['']);
    expect(check(type, { url: 'ftp://example.com/' }).faults).toEqual(['/url']);
  });
});

describe('the key of a thumbnail', () => {
  const keyOf = (payload: object) => thumbnailKey(imageThumbnail.payload.parse(payload));

  it('has the id of the upload or the hash of the URL, and the size if it is not the default', () => {
    const url = 'https://example.com/cat.jpg';
    const name = `url-${createHash('sha256').update(url).digest('hex')}`;
    expect(keyOf({ imageId: 'cat' })).toBe('thumbs/cat');
    expect(keyOf({ url })).toBe(`thumbs/${name}`);
    expect(keyOf({ url, width: 64, height: 32, fit: 'fill' })).toBe(`thumbs/${name}/64x32-fill`);
    expect(imageIdSchema.safeParse(imageIdOfUrl(url)).success).toBe(true);
    expect([name, 'url-cat', 'cat'].map(isImageIdOfUrl)).toEqual([true, false, false]);
  });
});
