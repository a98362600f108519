import { renderImage } from './render-image.js';
import type { RenderReply, SentOrder } from './render-order.js';

// The main of a rendering process: answers one order after another until its parent is gone or ends it.

const processorMs = Number(process.argv[2]);
const watchEveryMs = 100;

process.on('message', (order: SentOrder) => void answer(order));

async function answer(order: SentOrder): Promise<void> {
  const before = process.cpuUsage();
  let answered = false;
  const reply = (answer: RenderReply) => {
    if (!answered) process.send!(answer);
    answered = true;
  };
  // The decoder runs in another thread of this process, so this one can watch it. Elapsed time would tell more about the
  // machine than about the image.
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1_000 > processorMs) reply({ kind: 'exhausted', refusal: tooCostly });
  }, watchEveryMs);
  reply(await renderImage(order));
  clearInterval(watch);
}

const tooCostly = {
  code: 'image_unreadable',
  message: `The image takes more than ${processorMs / 1_000} s of a processor to decode, more than any real one. Save it anew.`,
} as const;

// Ctrl-C reaches every process of the terminal, but the parent still finishes running work.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

// A plain exit would wait for the decoder's thread.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
