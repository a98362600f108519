import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToldReceivers } from '../told-receivers.js';

describe('the ends of 1,000 jobs', () => {
  let receivers: ToldReceivers;
  beforeAll(async () => {
    receivers = await ToldReceivers.open();
  });
  afterAll(() => receivers?.close());

  it(
    "reach each receiver once while processes are killed, and the dead receiver's are dead letters",
    async () => {
      const told = await receivers.tell({ jobs: 1_000, loadMs: 10_000 });
      expect(told.medianMs).toBeGreaterThan(0);
    },
    5 * 60_000,
  );
});
