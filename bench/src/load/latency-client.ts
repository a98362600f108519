// One job at a time: submits it and waits for its end, as a caller would.
import { Agent, request } from 'undici';
import { answerCalls } from '../child.js';
import { probeSubmission } from '../job-records.js';

const dispatcher = new Agent();

/** @returns ms of each job */
async function send({ url, jobs }: { url: string; jobs: number }): Promise<number[]> {
  const took: number[] = [];
  for (let job = 0; job < jobs; job++) {
    const began = performance.now();
    const { id } = await call(`${url}/v1/jobs`, JSON.stringify(probeSubmission));
    const { state } = await call(`${url}/v1/jobs/${id}?wait=30s`);
    took.push(performance.now() - began);
    if (state !== 'succeeded') throw new Error(`Job ${id} is ${state} after 30 s.`);
  }
  return took;
}

async function call(url: string, body?: string): Promise<{ id: string; state: string }> {
  const answer = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body ?? null,
    dispatcher,
  });
  const json = (await answer.body.json()) as { id: string; state: string };
  if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${JSON.stringify(json)}`);
  return json;
}

answerCalls({ send }, () => dispatcher.close());
