// The bare limit of an image worker: sharp reads files, renders them as the platform does, and writes files.
import { existsSync } from 'node:fs';
import sharp from 'sharp';
import { answerCalls } from '../child.js';
import { inTurns } from '../load/in-turns.js';

interface Paths {
  from: string;
  to: string;
}

/** One is read or written while another is rendered. */
const inFlight = 2;

sharp.concurrency(1);
sharp.cache(false);

async function run(photographs: Paths[]): Promise<void> {
  const left = photographs.values();
  await inTurns(photographs.length, inFlight, async () => {
    const { from, to } = left.next().value!;
    await sharp(from).resize(300, 300, { fit: 'cover' }).jpeg({ quality: 80 }).toFile(to);
  });
  if (!photographs.every(({ to }) => existsSync(to))) throw new Error('A thumbnail is missing.');
}

answerCalls({ run });
