import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, newJobId } from '@jobstream/contracts';
import { Database, databaseSettingsFromEnv, migrate, schemasOf } from '@jobstream/database';
import { eventually } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf, StackFixture } from '../worker/stack.fixture-spec.js';
import { ClaimStore, type TakenClaim } from './claim-store.js';

const queue = defineQueue('print', { limits: { concurrency: 1 } });
const shared = { queue, payload: z.strictObject({}), result: z.null() } as const;
const page = defineJob({ ...shared, type: 'print.page' });
const cheque = defineJob({ ...shared, type: 'print.cheque', exclusive: true });

describe('a claim that is lost while its job waits for a limit', () => {
  const stack = new StackFixture([page, cheque]);
  const settings = { ...databaseSettingsFromEnv(process.env), schemas: schemasOf(stack.namespace) };
  const database = new Database(settings);
  beforeAll(async () => {
    await migrate(settings);
    await stack.start();
  });
  afterAll(async () => {
    await stack.stop();
    await database.close();
  });

  it('starts no attempt: the job waits until its new owner has released it', async () => {
    let cheques = 0;
    let pageStarted = false;
    let endPage = (): void => undefined;
    const handlers = [
      handlerOf(page, () => {
        pageStarted = true;
        return new Promise<null>((resolve) => (endPage = () => resolve(null)));
      }),
      handlerOf(cheque, () => {
        cheques++;
        return null;
      }),
    ];
    const { metrics } = await stack.startWorker(handlers, { environment: { CLAIM_LEASE_SECONDS: '2' } });
    const counted = async (met: string) => {
      const { values } = await metrics.getSingleMetric('jobstream_claims_total')!.get();
      return values.find(({ labels }) => labels.met === met)?.value ?? 0;
    };
    const busy = await stack.submit(page, {});
    await eventually(() => expect(pageStarted).toBe(true));
    const { id } = await stack.submit(cheque, {});
    await eventually(async () => expect(await counted('taken')).toBe(1));

    const stolen = await steal(database, id);
    await eventually(async () => expect(await counted('lost')).toBe(1));
    endPage();
    await stack.succeeded(busy.id);
    await eventually(async () => expect(await counted('waited')).toBe(1));
    expect(cheques).toBe(0);

    await new ClaimStore(database).free(stolen);
    await stack.succeeded(id);
    expect(cheques).toBe(1);
  });
});

/** Takes a claim from its living owner, who renews it meanwhile, and holds it for a minute. */
async function steal(database: Database, id: string): Promise<TakenClaim> {
  const thief = { id, run: 1, attempt: 1, inPlace: false, owner: `thief ${newJobId()}` };
  const taken = await eventually(async () => {
    await database.query({
      text: `UPDATE ${database.operations}.claims SET leased_until = now() - interval '1 s' WHERE id = $1`,
      values: [id],
    });
    const answer = await new ClaimStore(database, 1).take(thief);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    return answer.claim;
  });
  await new ClaimStore(database, 60_000).renew([taken]);
  return taken;
}
