import { findFreePort } from '@jobstream/stack';

const portsEach = 3_000;

/**
 * A port of 127.0.0.1 that is free now. Test files that run beside each other choose from ports of their own, so that none is
 * chosen twice before its user listens.
 */
export function freePort(): Promise<number> {
  const worker = (Number(process.env.JEST_WORKER_ID ?? 1) - 1) % 4;
  const from = 20_000 + worker * portsEach;
  return findFreePort(undefined, [from, from + portsEach]);
}
