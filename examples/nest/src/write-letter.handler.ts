import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/worker';
import { JobHandler } from '@jobstream/worker/nest';
import { Stationery } from './stationery.js';
import { writeLetter } from './write-letter.js';

type Letter = typeof writeLetter;

/** Nest gives it what its constructor asks for. */
@JobHandler(writeLetter)
export class WriteLetterHandler implements HandlerOf<Letter> {
  constructor(private readonly stationery: Stationery) {}

  handle({ to }: PayloadOf<Letter>, { logger }: JobContext<Letter>): ResultOf<Letter> {
    logger.info('letter written');
    return { text: this.stationery.greet(to) };
  }
}
