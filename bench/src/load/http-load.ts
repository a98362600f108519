// Sends requests from many connections, in a process of its own.
import autocannon from 'autocannon';
import { answerCalls } from '../child.js';

/** Requests to send. */
export interface HttpLoad {
  readonly origin: string;
  /** Each connection asks for them in turns. */
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** A JSON text to post; without one they are GET. */
  readonly body?: string;
}

/** What a load found. Latencies in ms. */
export interface LoadFound {
  readonly answers: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers that were not 2xx, and requests without any. */
  readonly failed: number;
}

async function send({ origin, paths, connections, seconds, body }: HttpLoad): Promise<LoadFound> {
  const { requests, latency, non2xx, errors, duration } = await autocannon({
    url: origin,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({
      path,
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body }),
    })),
  });
  return {
    answers: requests.total,
    perSecond: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
    failed: non2xx + errors,
  };
}

answerCalls({ send });
