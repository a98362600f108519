// Submits batches by intake, as a process of the platform would.
import { Topics } from '@jobstream/contracts';
import { JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { probeRun } from '@jobstream/jobs';
import { RecordProducer } from '@jobstream/kafka';
import { connectToBroker } from '@jobstream/testing';
import { answerCalls } from '../child.js';
import { probeSubmission } from '../job-records.js';
import { inTurns } from './in-turns.js';

const producer = new RecordProducer(connectToBroker());

/** @returns seconds */
async function send(input: {
  namespace: string;
  batches: number;
  size: number;
  inFlight: number;
}): Promise<number> {
  const { namespace, batches, size, inFlight } = input;
  const intake = new JobIntake({
    producer,
    topics: new Topics(namespace),
    jobTypes: JobTypeBook.of([probeRun]),
  });
  const items = Array.from({ length: size }, () => probeSubmission);
  await producer.start();
  return inTurns(batches, inFlight, async () => {
    const { rejected } = await intake.submitBatch({ items });
    if (rejected > 0) throw new Error(`${rejected} of ${size} jobs were rejected.`);
  });
}

answerCalls({ send }, () => producer.stop());
