// pg-boss behind Fastify.
import { setTimeout as sleep } from 'node:timers/promises';
import { serveJobs, waitMs } from './front.mjs';
import { openBoss } from './pg-boss.mjs';

const states = { completed: 'succeeded', failed: 'dead_lettered', active: 'running' };
/** It has no call that waits for the end of a job, so it is asked again. */
const askMs = 2;
let boss;
let queue;

serveJobs({
  async open(place) {
    queue = place.queue;
    boss = await openBoss(place, { max: 20 });
  },
  async add(type, payload) {
    const id = await boss.send(queue, payload);
    return { id, createdAt: new Date() };
  },
  async read(id, waits) {
    const until = Date.now() + waitMs;
    let job = await boss.getJobById(queue, id);
    while (waits && job.completedOn === null && Date.now() < until) {
      await sleep(askMs);
      job = await boss.getJobById(queue, id);
    }
    return {
      type: 'probe.run',
      state: states[job.state] ?? 'queued',
      payload: job.data,
      result: job.output,
      createdAt: job.createdOn.toISOString(),
      finishedAt: job.completedOn?.toISOString(),
      attempt: job.retryCount + 1,
    };
  },
  close: async () => boss?.stop(),
});
