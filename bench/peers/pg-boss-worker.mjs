// One worker of pg-boss whose handler does nothing, as the platform's probe does.
import { answerCalls } from '../dist/child.js';
import { openBoss } from './pg-boss.mjs';
import { resultOf } from './result-of.mjs';

let boss;

async function start({ concurrency, ...place }) {
  boss = await openBoss(place, { useListenNotify: true });
  const options = {
    batchSize: concurrency,
    perJobResults: true,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
  };
  await boss.work(place.queue, options, async (jobs) =>
    jobs.map(({ id, retryCount, data }) => ({
      id,
      status: 'completed',
      output: resultOf(retryCount + 1, data),
    })),
  );
}

answerCalls({ start }, async () => boss?.stop());
