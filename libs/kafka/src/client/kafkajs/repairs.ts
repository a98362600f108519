import connectionModule from 'kafkajs/src/network/connection.js';
import requestQueueModule from 'kafkajs/src/network/requestQueue/index.js';
import requestsModule from 'kafkajs/src/protocol/requests/index.js';
import brokerModule from 'kafkajs/src/broker/index.js';
import batchModule from 'kafkajs/src/consumer/batch.js';
import { decodeFetchAnswer, type FetchAnswer, type FetchedFrom } from './fetch-answer.js';
import { FetchSession, type FetchedTopic, type SessionRequest } from './fetch-session.js';
import { noteStanding } from './group-standing.js';
import type { WireRequest } from './internals.js';

interface Connectable {
  connect(): Promise<boolean>;
}

const { prototype } = connectionModule as { prototype: Connectable };
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

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, InflightRequest>;
  readonly enforceRequestTimeout: boolean;
  isConnected(): boolean;
  destroy(): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
}

interface InflightRequest {
  /** By this machine's clock, in milliseconds since 1970. */
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

const requestQueue = (requestQueueModule as { prototype: RequestQueue }).prototype;
const { scheduleCheckPendingRequests, destroy } = requestQueue;

/**
 * kafkajs 2.2.4 looks for pending requests with a timer of 1 ms, for ever, on each connection that has once had an answer: several
 * hundred wake-ups a second in an idle process. Here it looks only while there are some. Each request that has to wait starts it.
 */
requestQueue.scheduleCheckPendingRequests = function whilePending(this: RequestQueue) {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
};

/** A request is given up at most so much later than its time limit says. */
const timeoutCheckMs = 250;
const connectedQueues = new Set<RequestQueue>();
let timeoutCheck: NodeJS.Timeout | undefined;

/** kafkajs 2.2.4 looks ten times a second on each connection for requests that take too long. Here one timer looks at all connections. */
requestQueue.scheduleRequestTimeoutCheck = function watchTimeouts(this: RequestQueue) {
  if (!this.enforceRequestTimeout) return;
  connectedQueues.add(this);
  timeoutCheck ??= setInterval(giveUpLateRequests, timeoutCheckMs);
};

requestQueue.destroy = function leaveWatch(this: RequestQueue) {
  connectedQueues.delete(this);
  if (connectedQueues.size === 0) {
    clearInterval(timeoutCheck);
    timeoutCheck = undefined;
  }
  destroy.call(this);
};

function giveUpLateRequests(): void {
  // eslint-disable-next-line no-restricted-syntax -- kafkajs dates requests by this clock, and it only measures how long they take
  const now = Date.now();
  for (const queue of connectedQueues) {
    for (const request of queue.inflight.values())
      if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
    if (!queue.isConnected()) queue.destroy();
  }
}

interface FetchOptions {
  readonly topics: readonly FetchedTopic[];
}

type FetchProtocol = (
  options: Omit<FetchOptions, 'topics'> & SessionRequest,
) => WireRequest<FetchAnswer> & { requestTimeout: number };

interface Member {
  readonly memberId: string;
}

interface Broker {
  syncGroup(options: Member & { readonly generationId: number }): Promise<unknown>;
  heartbeat(options: Member & { readonly groupGenerationId: number }): Promise<unknown>;
  connectionPool: { send(request: WireRequest<FetchAnswer>): Promise<FetchAnswer> };
  lookupRequest(apiKey: number, protocols: unknown): FetchProtocol;
  disconnect(): Promise<void>;
  fetch(options: FetchOptions): Promise<Pick<FetchAnswer, 'responses'>>;
}

const { requests } = requestsModule as { requests: { Fetch: unknown } };
const fetchApiKey = 1;
const broker = (brokerModule as { prototype: Broker }).prototype;
const sessions = new WeakMap<Broker, FetchSession>();

/**
 * kafkajs 2.2.4 asks for every partition of an assignment in every fetch, is answered with every one, and queues a batch
 * for each, empty or not. Here each broker object, which serves one fetch at a time, has a {@link FetchSession}. The answer
 * is decoded by {@link decodeFetchAnswer}, which says what kafkajs' decoder lacks.
 */
broker.fetch = async function fetchInSession(this: Broker, { topics, ...options }) {
  const session = sessions.get(this) ?? new FetchSession();
  sessions.set(this, session);
  const { response, ...fetch } = this.lookupRequest(
    fetchApiKey,
    requests.Fetch,
  )({ ...options, ...session.request(topics) });
  const decode = (raw: Buffer) => decodeFetchAnswer(raw, fetch.request.apiVersion, offsetsOf(topics));
  try {
    const answer = await this.connectionPool.send({
      ...fetch,
      response: { decode, parse: (decoded) => response.parse(decoded) },
    });
    return session.accept(answer) ? answer : { responses: [] };
  } catch (error) {
    session.reset();
    if ((error as Error).name === 'KafkaJSConnectionClosedError') await this.disconnect();
    throw error;
  }
};

function offsetsOf(topics: readonly FetchedTopic[]): FetchedFrom {
  const byTopic = new Map(
    topics.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map(({ partition, fetchOffset }) => [partition, Number(fetchOffset)])),
    ]),
  );
  return (topic, partition) => byTopic.get(topic)?.get(partition) ?? 0;
}

const { syncGroup, heartbeat } = broker;

/** kafkajs does not tell when the coordinator was last heard of: {@link noteStanding} keeps it, for syncGroup and heartbeat. */
broker.syncGroup = async function notedSyncGroup(this: Broker, options) {
  const sentAt = performance.now();
  const answer = await syncGroup.call(this, options);
  noteStanding(options.memberId, options.generationId, sentAt);
  return answer;
};

broker.heartbeat = async function notedHeartbeat(this: Broker, options) {
  const sentAt = performance.now();
  const answer = await heartbeat.call(this, options);
  noteStanding(options.memberId, options.groupGenerationId, sentAt);
  return answer;
};

interface Batch {
  readonly rawMessages: readonly unknown[];
  isEmpty(): boolean;
}

const batch = (batchModule as { prototype: Batch }).prototype;

/**
 * kafkajs skips a batch in which nothing is for readers (markers of transactions, aborted records), and shows it in its counts
 * only. Here it is handed over like any other, without messages.
 */
batch.isEmpty = function hasNothing(this: Batch) {
  return this.rawMessages.length === 0;
};
