import { platformVersion } from '@jobstream/contracts';
import {
  maxSignedJobs,
  maxSignedPartitions,
  maxSignedQueues,
  maxSignedTopics,
  type SignedJob,
  type SignedQueue,
  type WorkerSign,
} from '@jobstream/contracts/records';
import type { TopicPartition } from '@jobstream/kafka';
import type { RunningAttempt } from '../attempt/running-attempts.js';
import type { SlotLoad } from '../slots/slot-queue.js';
import type { SuspectLoad } from '../worker/worker-metrics.js';

/** What names a worker process, without its host. */
export interface WorkerIdentity {
  /** The end of the name by which records of jobs call the process. */
  readonly id: string;
  readonly service: string;
  readonly program: WorkerSign['program'];
}

/** How a queue of a worker stands. */
export interface QueueStanding {
  readonly queue: string;
  readonly load: SlotLoad;
  readonly paused: boolean;
  readonly partitions: readonly TopicPartition[];
}

/** A worker at one moment. */
export interface WorkerStanding {
  readonly identity: WorkerIdentity;
  /** Milliseconds since 1970, by the broker's time. */
  readonly startedAt: number;
  readonly queueCount: number;
  /** The first of them. */
  readonly queues: readonly QueueStanding[];
  readonly runningCount: number;
  /** In the order of their starts. */
  readonly running: Iterable<RunningAttempt>;
  readonly suspects: SuspectLoad;
  readonly memory: Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed'>;
}

/** Characters of a name that a sign has. */
const maxNameLength = 256;

/** What a worker tells of itself: bounded, however many queues, partitions and jobs it has. */
export function signOfWorker(standing: WorkerStanding): WorkerSign {
  const { identity, startedAt, queueCount, queues, runningCount, running, suspects, memory } = standing;
  const { id, service, program } = identity;
  return {
    v: 1,
    id,
    service: cut(service),
    program: { name: cut(program.name), version: program.version && cut(program.version) },
    platformVersion,
    startedAt: new Date(startedAt).toISOString(),
    queueCount,
    queues: signedQueues(queues.slice(0, maxSignedQueues)),
    runningCount,
    running: signedJobs(running),
    suspects: { running: suspects.running, waiting: suspects.waiting },
    memory: { rssBytes: memory.rss, heapBytes: memory.heapUsed },
  };
}

/** All queues together name so many partitions at most: the first queues name theirs. */
function signedQueues(queues: readonly QueueStanding[]): SignedQueue[] {
  let room = maxSignedPartitions;
  return queues.map(({ queue, load, paused, partitions }) => {
    const named = partitions.slice(0, room);
    room -= named.length;
    return {
      queue,
      slots: load.slots,
      running: load.running,
      waiting: Object.values(load.waiting).reduce((sum, count) => sum + count, 0),
      paused,
      partitions: byTopic(named),
    };
  });
}

function byTopic(partitions: readonly TopicPartition[]): SignedQueue['partitions'] {
  const grouped = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = grouped.get(topic);
    if (known) known.push(partition);
    else if (grouped.size < maxSignedTopics) grouped.set(topic, [partition]);
  }
  return [...grouped]
    .map(([topic, numbers]) => ({ topic, partitions: numbers.toSorted((a, b) => a - b) }))
    .sort((a, b) => a.topic.localeCompare(b.topic));
}

function signedJobs(running: Iterable<RunningAttempt>): SignedJob[] {
  const jobs: SignedJob[] = [];
  for (const { job, isHere } of running) {
    if (jobs.length === maxSignedJobs) break;
    const { request, run, attempt } = job;
    const { id, type, queue } = request;
    jobs.push({ id, type: cut(type), queue: cut(queue), run, attempt, apart: !isHere });
  }
  return jobs;
}

function cut(name: string): string {
  return name.slice(0, maxNameLength);
}
