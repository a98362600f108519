import type { StackHolder } from './jest-setup.js';

/** Jest's globalTeardown: stops what the setup started, and removes its data. */
export default async function tearDown(): Promise<void> {
  await (globalThis as StackHolder).stopTestStack?.();
}
