import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { decode, expectNear } from './decoded-pixels.fixture-spec.js';
import { openImage } from './open-image.js';

describe('a JPEG', () => {
  const photograph = readFileSync(new URL('../../../../tools/stack/assets/photo.jpg', import.meta.url));
  const endMarker = Buffer.from('ffd9', 'hex');
  let sequential: Buffer;
  let progressive: Buffer;
  beforeAll(async () => {
    const small = sharp(photograph).resize(320, 240);
    sequential = await small.clone().jpeg({ mozjpeg: false }).toBuffer();
    progressive = await small.clone().jpeg({ progressive: true }).toBuffer();
  });
  const withoutEnd = (jpeg: Buffer) => jpeg.subarray(0, -2);
  const scansOf = (jpeg: Buffer) => {
    const starts: number[] = [];
    for (let at = jpeg.indexOf('ffda', 'hex'); at > 0; at = jpeg.indexOf('ffda', at + 2, 'hex'))
      starts.push(at);
    return starts;
  };

  it.each([
    ['nothing', (jpeg: Buffer) => jpeg],
    [
      'stray bytes between segments',
      (jpeg: Buffer) => Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0, 1, 2]), jpeg.subarray(2)]),
    ],
    [
      'stray bytes before the end',
      (jpeg: Buffer) => Buffer.concat([withoutEnd(jpeg), Buffer.from([1, 2, 3, 4]), endMarker]),
    ],
    ['the last bits missing', (jpeg: Buffer) => Buffer.concat([jpeg.subarray(0, -3), endMarker])],
    ['a film behind it', (jpeg: Buffer) => Buffer.concat([jpeg, Buffer.alloc(10_000, 0x66)])],
    [
      'an unusual number in the head of a scan',
      (jpeg: Buffer) => {
        const changed = Buffer.from(jpeg);
        const scan = scansOf(changed)[0]!;
        changed[scan + 6 + 2 * changed[scan + 4]!] = 0;
        return changed;
      },
    ],
  ])('is decoded, as browsers do, with %s', async (_, damage) => {
    for (const jpeg of [sequential, progressive]) {
      const [sound, damaged] = [await decode(jpeg), await decode(damage(jpeg))];
      for (let at = 10; at < 200; at += 10) expectNear(damaged.at(at, at), sound.at(at, at), 1);
    }
  });

  it('is decoded when only its end marker is missing, and one scan holds the image', async () => {
    expectNear(
      (await decode(withoutEnd(sequential))).at(319, 239),
      (await decode(sequential)).at(319, 239),
      1,
    );
    await expect(decode(withoutEnd(progressive))).rejects.toMatchObject({ code: 'image_unreadable' });
  });

  it.each(['', 'ffd9'])(
    'is refused when it is cut short anywhere, closed by "%s" or not',
    async (closedBy) => {
      const from = scansOf(sequential)[0]! + 20;
      for (let nth = 0; nth < 12; nth++) {
        const kept = Math.floor(from + ((sequential.length - from) * nth) / 12.5);
        const cut = Buffer.concat([sequential.subarray(0, kept), Buffer.from(closedBy, 'hex')]);
        await expect(decode(cut)).rejects.toMatchObject({ code: 'image_unreadable', retryable: false });
      }
    },
  );

  it('of many scans is refused when it is cut short, or closed within its first scan', async () => {
    const [first = 0, second = 0] = scansOf(progressive);
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const cut = progressive.subarray(0, Math.floor(progressive.length * share));
      await expect(decode(cut)).rejects.toMatchObject({ code: 'image_unreadable' });
      const kept = progressive.subarray(0, Math.floor(first + 20 + (second - first - 20) * share * 0.9));
      await expect(decode(Buffer.concat([kept, endMarker]))).rejects.toMatchObject({
        code: 'image_unreadable',
      });
    }
    // The zeros that a download leaves that was given its whole length at first.
    const hollow = Buffer.from(progressive).fill(0, progressive.length / 2);
    await expect(decode(hollow)).rejects.toMatchObject({ code: 'image_unreadable' });
  });

  it('of thousands of scans is refused for good, before it is decoded', async () => {
    const last = progressive.subarray(scansOf(progressive).at(-1), -2);
    const bomb = Buffer.concat([withoutEnd(progressive), ...Array<Buffer>(5_000).fill(last), endMarker]);
    const before = process.cpuUsage();
    await expect(openImage(bomb)).rejects.toMatchObject({
      code: 'image_unreadable',
      retryable: false,
      message: expect.stringMatching(/^The JPEG has 50\d\d scans; at most 100 are taken/),
    });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });

  it('with the maximum of scans is decoded', async () => {
    const last = progressive.subarray(scansOf(progressive).at(-1), -2);
    const more = Array<Buffer>(100 - scansOf(progressive).length).fill(last);
    await decode(Buffer.concat([withoutEnd(progressive), ...more, endMarker]));
  });
});
