import { schemasOf } from '@jobstream/database';
import type { Platform } from '@jobstream/testing';
import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import type { BenchOptions } from '../options.js';
import { makeDot, makePhotograph, photographCount, PhotographFolder } from '../photographs.js';
import { processorTimes } from '../processor-time.js';
import { reached } from '../reached.js';
import type { Stand } from '../stand.js';

/** Image workers, or processes of others. */
export const imageWorkers = 2;
/** Of the jobs of a drain: a thumbnail takes as long as some hundred jobs that do nothing. */
const share = 0.005;
/** A renderer takes the first ones slowly. */
export const warmUpImages = 100;
/** Node and Java compile what is hot within so many jobs. An image of one colour is rendered in no time. */
const warmUpDots = 1_500;
/** Renderers end after 30 s without work, as they have while others were measured. */
const warmUpAgainImages = 20;
/** How often it is looked for the last row: each look costs Postgres what a few jobs cost it. */
const lookMs = 50;

/** Thumbnails of one measurement: as many for each worker. */
export const imagesOf = ({ jobs }: BenchOptions): number =>
  imageWorkers * Math.max(50, Math.round((jobs * share) / imageWorkers));

/** Thumbnails of uploaded photographs, from one batch of submissions to the last end that can be read. */
export const images: Figure = {
  name: 'images',
  title: `thumbnails of a JPEG of 1920x1080 by ${imageWorkers} image workers, beside sharp alone in ${imageWorkers} processes`,
  targets: [
    { of: 'bare', measure: 'images/s', atLeast: 0.9 },
    { of: 'bullmq', measure: 'images/s', atLeast: 1 },
  ],
  async prepare(stand, options) {
    const count = imagesOf(options);
    const platform = await stand.startPlatform({ api: 1, projector: 1, 'image-worker': imageWorkers });
    await upload(platform);
    const folder = await PhotographFolder.make();
    const loops = Array.from({ length: imageWorkers }, () => Child.start('bare/sharp-loop.js'));
    const bySharp = (images: number) =>
      Promise.all(
        loops.map((loop, nth) =>
          loop.call(
            'run',
            Array.from({ length: images / imageWorkers }, (_, index) =>
              folder.pathsOf(index * imageWorkers + nth),
            ),
          ),
        ),
      );
    await makeThumbnails(stand, platform, warmUpDots, () => 'dot');
    await byPlatform(stand, platform, warmUpImages);
    await bySharp(warmUpImages);
    return {
      platform: async () => {
        await byPlatform(stand, platform, warmUpAgainImages);
        return stand.measure(platform.processes, () =>
          measureImages(count, () => byPlatform(stand, platform, count)),
        );
      },
      rivals: { bare: () => measureImages(count, () => bySharp(count)) },
      close: async () => {
        await Promise.all([platform.stop(), ...loops.map((loop) => loop.stop())]);
        await folder.remove();
      },
    };
  },
};

/** Runs what makes so many thumbnails, and counts what processor time it cost in each program. */
export async function measureImages(images: number, run: () => Promise<unknown>): Promise<Sample> {
  const before = processorTimes();
  const began = performance.now();
  await run();
  const seconds = (performance.now() - began) / 1_000;
  const costs = [...processorTimes()]
    .map(([program, ms]) => [program, (ms - (before.get(program) ?? 0)) / images] as const)
    .filter(([, ms]) => ms >= 0.01);
  return {
    'images/s': images / seconds,
    'CPU ms an image': costs.reduce((sum, [, ms]) => sum + ms, 0),
    ...Object.fromEntries(costs.map(([program, ms]) => [`CPU ms an image of ${program}`, ms])),
  };
}

async function upload({ api }: Platform): Promise<void> {
  const put = async (imageId: string, body: Buffer) => {
    const { status } = await api.request('PUT', `/images/${imageId}`, {
      headers: { 'content-type': 'image/jpeg' },
      body,
    });
    if (status >= 300) throw new Error(`An upload was answered with ${status}.`);
  };
  await put('dot', await makeDot());
  const photograph = await makePhotograph();
  for (let index = 0; index < photographCount; index++) await put(`photo-${index}`, photograph);
}

const byPlatform = (stand: Stand, platform: Platform, images: number): Promise<void> =>
  makeThumbnails(stand, platform, images, (index) => `photo-${index % photographCount}`);

/** From the submission to the last end that can be read. */
async function makeThumbnails(
  stand: Stand,
  { api, namespace }: Platform,
  images: number,
  imageOf: (index: number) => string,
): Promise<void> {
  const items = Array.from({ length: images }, (_, index) => ({
    type: 'image.thumbnail',
    payload: { imageId: imageOf(index) },
  }));
  const ids: string[] = [];
  for (let from = 0; from < images; from += 1_000) {
    const { status, body } = await api.post('/v1/jobs/batch', { items: items.slice(from, from + 1_000) });
    if (status !== 202) throw new Error(`The jobs were not taken: ${status} ${JSON.stringify(body)}`);
    ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
  }
  const first = ids.sort()[0]!;
  await reached(
    images,
    async () => {
      const { rows } = await stand.database.query<{ ended: string }>(
        `SELECT count(*) AS ended FROM ${schemasOf(namespace).projection}.jobs WHERE id >= $1 AND state = 'succeeded'`,
        [first],
      );
      return Number(rows[0]!.ended);
    },
    lookMs,
  );
}
