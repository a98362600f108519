import { createRequire } from 'node:module';

interface Connectable {
  connect(): Promise<boolean>;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection') as {
  prototype: Connectable;
};
const connect = prototype.connect;
const connecting = new WeakMap<Connectable, Promise<boolean>>();

/**
 * kafkajs 2.2.4 opens one socket for each request that finds its connection closed: with a heartbeat and a commit at the
 * same time the first socket is never closed, and requests are written to the one still connecting. Here concurrent
 * callers share one attempt.
 */
prototype.connect = function connectOnce(this: Connectable): Promise<boolean> {
  const underWay = connecting.get(this);
  if (underWay) return underWay;
  const attempt = connect.call(this).finally(() => connecting.delete(this));
  connecting.set(this, attempt);
  return attempt;
};
