import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, Platform } from '@jobstream/testing';
import { ReceiverProcess } from '../receiver-process.js';
import { tellReceivers } from '../told-receivers.js';

describe('the ends of 10,000 jobs', () => {
  let platform: Platform;
  let live: ReceiverProcess;
  let dead: string;
  beforeAll(async () => {
    [live, dead] = [await ReceiverProcess.start(), `127.0.0.1:${await freePort()}`];
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1, 'webhooks-worker': 1 },
      environment: { ENDPOINT_ALLOW: `${live.host},${dead}`, WEBHOOK_RETRIES: '1', LOG_LEVEL: 'info' },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await live?.stop();
  });

  it(
    "reach each receiver once while processes are killed, and the dead receiver's are dead letters",
    async () => {
      const told = await tellReceivers(platform, live, dead, { jobs: 10_000, loadMs: 90_000 });
      expect(told.medianMs).toBeLessThan(5_000);
    },
    8 * 60_000,
  );
});
