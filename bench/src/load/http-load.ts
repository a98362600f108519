// Sends requests from many connections, in a process of its own.
import autocannon from 'autocannon';
import { answerCalls } from '../child.js';

interface Load {
  url: string;
  connections: number;
  seconds: number;
  body: string;
}

/** What a load found. Latencies in ms. */
export interface LoadFound {
  perSecond: number;
  p50: number;
  p99: number;
  /** Answers that were not 2xx, and requests without any. */
  failed: number;
}

async function send({ url, connections, seconds, body }: Load): Promise<LoadFound> {
  const { requests, latency, non2xx, errors, duration } = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return {
    perSecond: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
    failed: non2xx + errors,
  };
}

answerCalls({ send });
