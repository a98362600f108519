// The bare limit of an http-worker: a loop that posts bodies and reads the answers, so many at a time.
import { Agent, request } from 'undici';
import { answerCalls } from '../child.js';

interface Run {
  url: string;
  body: string;
  count: number;
  inFlight: number;
}

const dispatcher = new Agent();

/** @returns the seconds that it took */
async function run({ url, body, count, inFlight }: Run): Promise<number> {
  let left = count;
  const began = performance.now();
  const loop = async () => {
    while (left-- > 0) {
      const headers = { 'content-type': 'application/json' };
      const answer = await request(url, { dispatcher, method: 'POST', headers, body });
      await answer.body.json();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return (performance.now() - began) / 1_000;
}

answerCalls({ run }, () => dispatcher.close());
