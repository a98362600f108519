// Submits jobs at a steady rate until it is told to stop, in a process of its own.
import { Agent, request } from 'undici';
import { answerCalls } from '../child.js';
import { probeSubmission } from '../job-records.js';

/** Requests that became due within this time go out together. */
const portionMs = 10;

const dispatcher = new Agent({ connections: 50 });
const body = JSON.stringify(probeSubmission);
let running: { timer: NodeJS.Timeout; answers: Promise<void>[]; failed: number } | undefined;

async function start({ url, perSecond }: { url: string; perSecond: number }): Promise<void> {
  const [began, answers] = [performance.now(), [] as Promise<void>[]];
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    while (answers.length < due) answers.push(submit(`${url}/v1/jobs`));
  }, portionMs);
  running = { timer, answers, failed: 0 };
}

/** @returns how many were accepted @throws when one was not */
async function stop(): Promise<number> {
  const { timer, answers } = running!;
  clearInterval(timer);
  await Promise.all(answers);
  const { failed } = running!;
  running = undefined;
  if (failed > 0) throw new Error(`${failed} of ${answers.length} jobs were not accepted.`);
  return answers.length;
}

async function submit(url: string): Promise<void> {
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(url, { method: 'POST', headers, body, dispatcher });
    await answer.body.dump();
    if (answer.statusCode !== 202) running!.failed += 1;
  } catch {
    running!.failed += 1;
  }
}

answerCalls({ start, stop }, () => dispatcher.close());
