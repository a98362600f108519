import { composeLetter, postLetter } from './jobs.js';

const charactersOfStamp = 20;

/** What the jobs do. A job may run twice, as after a crash: make its effects so that this does no harm. */
export const handlers = [
  composeLetter.handle(async ({ name }, ctx) => {
    const text = `Dear ${name}, all is well.`;
    ctx.enqueue(postLetter, { text });
    return { text };
  }),
  postLetter.handle(async ({ text }, ctx) => {
    const stamps = Math.ceil(text.length / charactersOfStamp);
    ctx.logger.info({ stamps }, 'letter posted');
    return { stamps };
  }),
];
