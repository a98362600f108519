import type { RenderOrder, RenderReply } from './render-order.js';
import { renderImage } from './render-image.js';

// What a rendering process runs: answers one order after another until its parent is gone.

process.on('message', (order: RenderOrder) => {
  void renderImage(order).then((reply: RenderReply) => process.send!(reply));
});

// Ctrl-C reaches every process of the terminal, but the parent still wants to finish what runs.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

// A plain exit would wait for the decoder's thread.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
