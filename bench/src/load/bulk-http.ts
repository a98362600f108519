// Submits batches by REST, in a process of its own.
import { Agent, request } from 'undici';
import { answerCalls } from '../child.js';
import { probeSubmission } from '../job-records.js';
import { inTurns } from './in-turns.js';

const dispatcher = new Agent();

/** @returns seconds */
async function send(input: {
  url: string;
  batches: number;
  size: number;
  inFlight: number;
}): Promise<number> {
  const { url, batches, size, inFlight } = input;
  const body = JSON.stringify({ items: Array.from({ length: size }, () => probeSubmission) });
  return inTurns(batches, inFlight, async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(url, { method: 'POST', headers, body, dispatcher });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`${answer.statusCode} ${text.slice(0, 500)}`);
  });
}

answerCalls({ send }, () => dispatcher.close());
