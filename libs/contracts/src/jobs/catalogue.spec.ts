import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { faultsOf } from '../rest/faults.js';
import { findJobDefinition, jobDefinitions } from './catalogue.js';
import { imageIdOfUrl, imageIdSchema, isImageIdOfUrl } from './image-source.js';
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
  it('takes the two mails there are', () => {
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
  ])('refuses the address %j', (to) => {
    expect(check('notification.email', { to, template: 'welcome' }).faults).toContain('/to');
  });

  it.each(['Ada\r\nSubject: won', 'Ada\u2028', '\u0007', '', 'x'.repeat(201)])(
    'refuses the name %j',
    (name) => {
      const payload = { to: 'ada@example.com', template: 'welcome', data: { name } };
      expect(check('notification.email', payload).faults).toEqual(['/data/name']);
    },
  );

  it('refuses a template that is none, and the data of another', () => {
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
  it.each(['42', 'ada', 'ada.lovelace', 'ada+x@mail.example.com', 'a'.repeat(64)])(
    'takes the user %s',
    (userId) => {
      expect(check('report.generate', { userId, reportType: 'activity' }).faults).toEqual([]);
    },
  );

  it.each([
    '',
    '.ada',
    'ada.',
    'a..b',
    'ada@',
    'ada@localhost',
    'ada@-x.com',
    'a b',
    'a\n',
    'é',
    'a'.repeat(65),
    42,
  ])('refuses the user %j', (userId) => {
    expect(check('report.generate', { userId, reportType: 'activity' }).faults).toEqual(['/userId']);
  });
});

describe.each(['image.thumbnail', 'inference.ocr'])('%s', (type) => {
  it('takes an image or a URL, not both, not none', () => {
    expect(check(type, { imageId: 'page' }).faults).toEqual([]);
    expect(check(type, { url: 'https://example.com/page.png' }).faults).toEqual([]);
    expect(check(type, {}).faults).toEqual(['']);
    expect(check(type, { imageId: 'page', url: 'https://example.com/' }).faults).toEqual(['']);
    expect(check(type, { url: 'ftp://example.com/' }).faults).toEqual(['/url']);
  });
});

describe('the key of a thumbnail', () => {
  const keyOf = (payload: object) => thumbnailKey(imageThumbnail.payload.parse(payload));

  it('has the name of the upload, or the hash of the URL, and any size but the usual', () => {
    const url = 'https://example.com/cat.jpg';
    const name = `url-${createHash('sha256').update(url).digest('hex')}`;
    expect(keyOf({ imageId: 'cat' })).toBe('thumbs/cat');
    expect(keyOf({ url })).toBe(`thumbs/${name}`);
    expect(keyOf({ url, width: 64, height: 32, fit: 'fill' })).toBe(`thumbs/${name}/64x32-fill`);
    expect(imageIdSchema.safeParse(imageIdOfUrl(url)).success).toBe(true);
    expect([name, 'url-cat', 'cat'].map(isImageIdOfUrl)).toEqual([true, false, false]);
  });
});
