import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobTypeView, Problem, PutJobType } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';

/** Joins a group as its leader, who never assigns: the group stays in `CompletingRebalance`. A process, since kafkajs can't be stopped while it joins. */
const script = `
  import kafkajs from 'kafkajs';
  const [brokers, groupId, topic] = process.argv.slice(1);
  const never = () => ({
    name: 'never',
    version: 1,
    protocol: () => ({ name: 'never', metadata: Buffer.alloc(0) }),
    assign: () => new Promise(() => {}),
  });
  const consumer = new kafkajs.Kafka({ brokers: brokers.split(',') }).consumer({ groupId, partitionAssigners: [never] });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ eachBatch: async () => {} });
`;

describe('a job type whose group of workers is between two assignments', () => {
  let platform: Platform;
  const members: ChildProcess[] = [];

  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1 } });
    await platform.waitForTables();
  });
  afterAll(async () => {
    for (const member of members) {
      member.kill('SIGKILL');
      await once(member, 'exit');
    }
    await platform?.stop();
  });

  const joinWithoutAssigning = (queue: string) => {
    const { topics } = platform;
    const given = [process.env.KAFKA_BROKERS!, topics.group(queue), topics.types];
    members.push(
      spawn(process.execPath, ['--input-type=module', '-e', script, ...given], { stdio: 'ignore' }),
    );
  };

  const read = async (type: string): Promise<JobTypeView> => {
    const { status, body } = await platform.api.get<JobTypeView>(`/v1/job-types/${type}`);
    expect(status).toBe(200);
    return body;
  };

  const put = () =>
    platform.api.request<PutJobType>('PUT', '/v1/job-types/number.double', {
      body: JSON.stringify({
        endpoint: { url: 'https://numbers.example/double' },
        queue: { name: 'numbers' },
        payload: { type: 'object' },
        result: { type: 'object' },
      }),
      headers: { 'content-type': 'application/json' },
    });

  it('is put and read where an endpoint serves it, for its workers can be counted', async () => {
    const { status, body } = await put();
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { secret: expect.any(String), workers: 0 },
    });
    joinWithoutAssigning('numbers');
    await eventually(async () => expect(await read('number.double')).toMatchObject({ workers: 1 }));
    expect((await put()).status).toBe(200);
  });

  it('is read without a number where only labels tell who serves it, and is not deleted', async () => {
    const worker = await platform.launch('probe-worker');
    await eventually(async () => expect(await read('probe.run')).toMatchObject({ workers: 1 }));
    await worker.stop();
    joinWithoutAssigning('probe');
    await eventually(async () => expect(await read('probe.run')).toMatchObject({ workers: null }));
    const { status, body } = await platform.api.request<Problem>('DELETE', '/v1/job-types/probe.run');
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('assigned') },
    });
  });
});
