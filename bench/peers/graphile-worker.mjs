// One worker of Graphile Worker whose handler does nothing but keep its result, as the platform's probe does.
import { run } from 'graphile-worker';
import { answerCalls } from '../dist/child.js';
import { logger } from './graphile.mjs';
import { resultOf } from './result-of.mjs';

const keep = `INSERT INTO public.graphile_ended (id, type, queue, payload, result, attempt, created_at)
  VALUES ($1, 'probe.run', $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`;
let runner;

async function start({ databaseUrl, queue, concurrency }) {
  const handle = async (payload, { job: { id, attempts, created_at: createdAt }, withPgClient }) => {
    const values = [id, queue, payload, resultOf(attempts, payload), attempts, createdAt];
    await withPgClient((client) => client.query({ name: 'keep', text: keep, values }));
  };
  runner = await run({
    taskList: { [queue]: handle },
    preset: {
      worker: {
        connectionString: databaseUrl,
        concurrentJobs: concurrency,
        maxPoolSize: 20,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        logger,
      },
    },
    noHandleSignals: true,
  });
}

answerCalls({ start }, async () => runner?.stop());
