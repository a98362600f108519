// One BullMQ worker that renders thumbnails by sharp, in its own process: reads a file, writes a file.
import { Worker } from 'bullmq';
import sharp from 'sharp';
import { answerCalls } from '../dist/child.js';

sharp.concurrency(1);
sharp.cache(false);

let worker;

/** @param {{ port: number, queue: string, concurrency: number }} input the port of Redis */
async function start({ port, queue, concurrency }) {
  worker = new Worker(queue, render, { connection: { host: '127.0.0.1', port }, concurrency });
  await worker.waitUntilReady();
}

async function render({ data: { from, to } }) {
  const { width, height, size } = await sharp(from)
    .resize(300, 300, { fit: 'cover' })
    .jpeg({ quality: 80 })
    .toFile(to);
  return { key: to, width, height, bytes: size, contentType: 'image/jpeg' };
}

answerCalls({ start }, async () => worker?.close());
