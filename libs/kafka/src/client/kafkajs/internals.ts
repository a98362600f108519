// The parts of kafkajs 2.2.4 that its public interface hides, typed. Its producer answers a request for many partitions with
// one error, which loses what became of each record; over its own connections (TLS, SASL, request timeouts) we send the same
// requests and read the answers by partition. The version is pinned exactly and no longer changes.
import connectionPoolBuilderModule from 'kafkajs/src/cluster/connectionPoolBuilder.js';
import brokerModule from 'kafkajs/src/broker/index.js';
import metadataRequestModule from 'kafkajs/src/protocol/requests/metadata/v6/request.js';
import metadataResponseModule from 'kafkajs/src/protocol/requests/metadata/v6/response.js';
import produceResponseModule from 'kafkajs/src/protocol/requests/produce/v7/response.js';
import listOffsetsRequestModule from 'kafkajs/src/protocol/requests/listOffsets/v3/request.js';
import listOffsetsResponseModule from 'kafkajs/src/protocol/requests/listOffsets/v3/response.js';
import findCoordinatorRequestModule from 'kafkajs/src/protocol/requests/findCoordinator/v2/request.js';
import findCoordinatorResponseModule from 'kafkajs/src/protocol/requests/findCoordinator/v2/response.js';
import offsetFetchRequestModule from 'kafkajs/src/protocol/requests/offsetFetch/v4/request.js';
import offsetFetchResponseModule from 'kafkajs/src/protocol/requests/offsetFetch/v4/response.js';
import fetchRequestModule from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
import offsetCommitRequestModule from 'kafkajs/src/protocol/requests/offsetCommit/v5/request.js';
import offsetCommitResponseModule from 'kafkajs/src/protocol/requests/offsetCommit/v5/response.js';
import heartbeatRequestModule from 'kafkajs/src/protocol/requests/heartbeat/v3/request.js';
import heartbeatResponseModule from 'kafkajs/src/protocol/requests/heartbeat/v3/response.js';
import errorModule from 'kafkajs/src/protocol/error.js';
import crc32CModule from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import batchModule from 'kafkajs/src/consumer/batch.js';
import type { Logger } from 'kafkajs';
import { decodeFetchAnswer, type FetchAnswer, type FetchedPartition } from './fetch-answer.js';
import type { FetchedRecord } from './fetched-records.js';

/** A request and how to read its answer, as kafkajs' connections take them. */
export interface WireRequest<Answer> {
  request: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  response: { decode(raw: Buffer): Promise<Answer>; parse(decoded: Answer): Promise<Answer> };
}

interface WireConnection {
  send<Answer>(request: WireRequest<Answer>): Promise<Answer>;
}

interface ConnectionPool {
  host: string;
  port: number;
  getConnection(): Promise<WireConnection>;
}

/** One broker's connections; `connect` also negotiates versions and authenticates. */
export interface WireBroker {
  connectionPool: ConnectionPool;
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** The options of `connectionPoolBuilder`; without a destination it tries the seed brokers in turn. */
export interface WireOptions {
  logger: Logger;
  socketFactory: unknown;
  brokers: string[];
  ssl: unknown;
  sasl: unknown;
  clientId: string;
  connectionTimeout: number;
  requestTimeout: number;
  enforceRequestTimeout: true;
}

interface MetadataAnswer {
  brokers: { nodeId: number; host: string; port: number }[];
  clusterId: string;
  controllerId: number;
  topicMetadata: {
    topicErrorCode: number;
    topic: string;
    isInternal: boolean;
    partitionMetadata: {
      partitionErrorCode: number;
      partitionId: number;
      leader: number;
      replicas: number[];
      isr: number[];
    }[];
  }[];
}

const poolBuilder = connectionPoolBuilderModule as (options: WireOptions) => {
  build(destination?: { host: string; port: number }): Promise<ConnectionPool>;
};
const Broker = brokerModule as new (options: {
  connectionPool: ConnectionPool;
  logger: Logger;
  nodeId?: number;
  authenticationTimeout: number;
}) => WireBroker;
const metadataRequest = metadataRequestModule as (options: {
  topics: string[];
  allowAutoTopicCreation: boolean;
}) => WireRequest<unknown>['request'];
const metadataResponse = metadataResponseModule as {
  decode(raw: Buffer): Promise<MetadataAnswer>;
};
const produceResponse = produceResponseModule as {
  decode(raw: Buffer): Promise<ProduceAnswer>;
};
const listOffsetsRequest = listOffsetsRequestModule as (options: {
  replicaId: -1;
  isolationLevel: 0 | 1;
  topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
}) => WireRequest<unknown>['request'];
const listOffsetsResponse = listOffsetsResponseModule as {
  decode(raw: Buffer): Promise<ListOffsetsAnswer>;
};
const findCoordinatorRequest = findCoordinatorRequestModule as (options: {
  coordinatorKey: string;
  coordinatorType: 0;
}) => WireRequest<unknown>['request'];
const findCoordinatorResponse = findCoordinatorResponseModule as {
  decode(raw: Buffer): Promise<CoordinatorAnswer>;
};
const offsetFetchRequest = offsetFetchRequestModule as (options: {
  groupId: string;
  topics: { topic: string; partitions: { partition: number }[] }[];
}) => WireRequest<unknown>['request'];
const offsetFetchResponse = offsetFetchResponseModule as {
  decode(raw: Buffer): Promise<OffsetFetchAnswer>;
};
const fetchRequest = fetchRequestModule as (options: {
  replicaId: -1;
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  isolationLevel: 1;
  topics: { topic: string; partitions: { partition: number; fetchOffset: number; maxBytes: number }[] }[];
}) => WireRequest<unknown>['request'];
const offsetCommitRequest = offsetCommitRequestModule as (options: {
  groupId: string;
  groupGenerationId: number;
  memberId: string;
  topics: CommittedTopic[];
}) => WireRequest<unknown>['request'];
const offsetCommitResponse = offsetCommitResponseModule as {
  decode(raw: Buffer): Promise<OffsetCommitAnswer>;
};
const heartbeatRequest = heartbeatRequestModule as (options: {
  groupId: string;
  groupGenerationId: number;
  memberId: string;
}) => WireRequest<unknown>['request'];
const heartbeatResponse = heartbeatResponseModule as {
  decode(raw: Buffer): Promise<HeartbeatAnswer>;
};
const protocolErrors = errorModule as {
  createErrorFromCode(code: number): { type: string; message: string };
};

/** CRC-32C (Castagnoli), which record batches carry. */
export const crc32c = crc32CModule as (bytes: Buffer) => number;

/** The answer to a Produce request (version 7), by partition. */
export interface ProduceAnswer {
  topics: {
    topicName: string;
    partitions: { partition: number; errorCode: number; baseOffset: string; logAppendTime: string }[];
  }[];
}

/** The answer to a ListOffsets request (version 3), by partition. */
export interface ListOffsetsAnswer {
  responses: { topic: string; partitions: { partition: number; errorCode: number; offset: string }[] }[];
}

/** The answer to a FindCoordinator request (version 2). */
export interface CoordinatorAnswer {
  errorCode: number;
  coordinator: { nodeId: number; host: string; port: number };
}

/** The answer to an OffsetFetch request (version 4), by partition. */
export interface OffsetFetchAnswer {
  errorCode: number;
  responses: {
    topic: string;
    partitions: { partition: number; offset: string; metadata: string | null; errorCode: number }[];
  }[];
}

/** The records of a partition's answer that are for readers: none below the offset asked for, or aborted, and no markers. */
export const FetchBatch = batchModule as new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition,
) => { messages: FetchedRecord[]; rawMessages: FetchedRecord[]; lastOffset(): string | number };

/** One topic of an OffsetCommit request. */
export interface CommittedTopic {
  topic: string;
  partitions: { partition: number; offset: string; metadata: string | null }[];
}

/** A member of a group in one of its generations: whom the group's coordinator takes commits from. */
export interface GroupMembership {
  groupId: string;
  memberId: string;
  generation: number;
}

/** The answer to an OffsetCommit request (version 5), by partition. */
export interface OffsetCommitAnswer {
  responses: { topic: string; partitions: { partition: number; errorCode: number }[] }[];
}

/** The answer to a Heartbeat request (version 3). */
export interface HeartbeatAnswer {
  errorCode: number;
}

/** A maker of brokers over one set of connection options. */
export function buildBrokers(options: WireOptions): {
  build(destination?: { host: string; port: number; nodeId: number }): Promise<WireBroker>;
} {
  const pools = poolBuilder(options);
  return {
    build: async (destination) =>
      new Broker({
        connectionPool: await pools.build(destination),
        logger: options.logger,
        authenticationTimeout: options.connectionTimeout,
        ...(destination ? { nodeId: destination.nodeId } : {}),
      }),
  };
}

/** Metadata of the topics named (none: of all), whose errors stay with their topic instead of failing the whole. */
export function requestMetadata(topics: string[]): WireRequest<MetadataAnswer> {
  return {
    request: metadataRequest({ topics, allowAutoTopicCreation: false }),
    response: { decode: (raw) => metadataResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** A Produce request (version 7) with an encoded body; errors stay with their partition. */
export function requestProduce(body: Buffer, onEncoded: () => void): WireRequest<ProduceAnswer> {
  return {
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      encode: async () => {
        onEncoded();
        return { buf: body, buffer: body };
      },
    },
    response: { decode: (raw) => produceResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** First offsets at or after a timestamp (ms; -1 the end, -2 the start), of what readers of committed records see. */
export function requestListOffsets(
  topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[],
): WireRequest<ListOffsetsAnswer> {
  return {
    request: listOffsetsRequest({ replicaId: -1, isolationLevel: 1, topics }),
    response: { decode: (raw) => listOffsetsResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** Records of one partition from an offset on, committed ones only; at least one batch, and about `maxBytes` at most. */
export function requestFetch(
  topic: string,
  partition: number,
  fetchOffset: number,
  maxBytes: number,
): WireRequest<FetchAnswer> {
  const topics = [{ topic, partitions: [{ partition, fetchOffset, maxBytes }] }];
  const wait = { maxWaitTime: 250, minBytes: 1 };
  const request = fetchRequest({ replicaId: -1, ...wait, maxBytes, isolationLevel: 1, topics });
  return {
    request,
    response: {
      decode: (raw) => decodeFetchAnswer(raw, request.apiVersion, () => fetchOffset),
      parse: async (decoded) => decoded,
    },
  };
}

/** Which broker coordinates a group. */
export function requestCoordinator(groupId: string): WireRequest<CoordinatorAnswer> {
  return {
    request: findCoordinatorRequest({ coordinatorKey: groupId, coordinatorType: 0 }),
    response: { decode: (raw) => findCoordinatorResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** A group's commits with their metadata; to be sent to its coordinator. */
export function requestCommits(
  groupId: string,
  topics: { topic: string; partitions: { partition: number }[] }[],
): WireRequest<OffsetFetchAnswer> {
  return {
    request: offsetFetchRequest({ groupId, topics }),
    response: { decode: (raw) => offsetFetchResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** A commit by a member of a group; to be sent to its coordinator, which refuses any generation but its present one. */
export function requestOffsetCommit(
  { groupId, memberId, generation }: GroupMembership,
  topics: CommittedTopic[],
): WireRequest<OffsetCommitAnswer> {
  return {
    request: offsetCommitRequest({ groupId, groupGenerationId: generation, memberId, topics }),
    response: { decode: (raw) => offsetCommitResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** A heartbeat of a member of a group; to be sent to its coordinator. */
export function requestHeartbeat({
  groupId,
  memberId,
  generation,
}: GroupMembership): WireRequest<HeartbeatAnswer> {
  return {
    request: heartbeatRequest({ groupId, memberId, groupGenerationId: generation }),
    response: { decode: (raw) => heartbeatResponse.decode(raw), parse: async (decoded) => decoded },
  };
}

/** Kafka's name and text of an error code. */
export function describeErrorCode(code: number): { type: string; message: string } {
  const { type, message } = protocolErrors.createErrorFromCode(code);
  return { type, message };
}
