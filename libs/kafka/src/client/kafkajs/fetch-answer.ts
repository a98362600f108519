import {
  decodeFetchedRecords,
  maxDecodedBytes,
  type Allowance,
  type FetchedRecord,
} from './fetched-records.js';

/** The answer to a Fetch request (versions 7 to 11), by partition; offsets as kafkajs has them. */
export interface FetchAnswer {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: { readonly topicName: string; readonly partitions: FetchedPartition[] }[];
}

/** One partition's part of a {@link FetchAnswer}. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly abortedTransactions: { readonly producerId: string; readonly firstOffset: string }[];
  /** -1 for none. */
  readonly preferredReadReplica: number;
  readonly messages: FetchedRecord[];
}

/** The offset asked for in a partition; 0 for one that was not asked for. */
export type FetchedFrom = (topic: string, partition: number) => number;

/** From this version on the client has to wait as long as the answer says, before it the broker has done so (KIP-219). */
const clientWaitsFrom = 8;
/** From this version on the answer names a replica that is closer (KIP-392). */
const closestReplicaFrom = 11;

/** Decodes the answer to a Fetch request (https://kafka.apache.org/protocol#The_Messages_Fetch) of version 7 to 11. */
export async function decodeFetchAnswer(
  raw: Buffer,
  version: number,
  fetchedFrom: FetchedFrom,
): Promise<FetchAnswer> {
  const reader = new AnswerReader(raw);
  const allowance: Allowance = { bytes: maxDecodedBytes };
  const throttleTime = reader.readInt32();
  const clientSideThrottleTime = version >= clientWaitsFrom ? throttleTime : 0;
  const errorCode = reader.readInt16();
  const sessionId = reader.readInt32();
  const responses: FetchAnswer['responses'] = [];
  for (let topics = reader.readInt32(); topics > 0; topics -= 1) {
    const topicName = reader.readText();
    const partitions: FetchedPartition[] = [];
    for (let left = reader.readInt32(); left > 0; left -= 1) {
      const partition = reader.readInt32();
      const head = readHead(reader, version);
      const from = fetchedFrom(topicName, partition);
      const messages = await decodeFetchedRecords(reader.readSized(), from, allowance);
      partitions.push({ partition, ...head, messages });
    }
    responses.push({ topicName, partitions });
  }
  return { clientSideThrottleTime, errorCode, sessionId, responses };
}

function readHead(reader: AnswerReader, version: number): Omit<FetchedPartition, 'partition' | 'messages'> {
  const errorCode = reader.readInt16();
  const highWatermark = reader.readInt64();
  reader.readInt64(); // last stable offset
  reader.readInt64(); // log start offset
  const abortedTransactions: FetchedPartition['abortedTransactions'] = [];
  for (let left = reader.readInt32(); left > 0; left -= 1) {
    abortedTransactions.push({ producerId: reader.readInt64(), firstOffset: reader.readInt64() });
  }
  const preferredReadReplica = version >= closestReplicaFrom ? reader.readInt32() : -1;
  return { errorCode, highWatermark, abortedTransactions, preferredReadReplica };
}

class AnswerReader {
  private at = 0;

  constructor(private readonly raw: Buffer) {}

  readInt16(): number {
    return this.raw.readInt16BE(this.advance(2));
  }

  readInt32(): number {
    return this.raw.readInt32BE(this.advance(4));
  }

  readInt64(): string {
    return this.raw.readBigInt64BE(this.advance(8)).toString();
  }

  readText(): string {
    const length = this.readInt16();
    const start = this.advance(length);
    return this.raw.toString('utf8', start, start + length);
  }

  readSized(): Buffer {
    const length = Math.max(0, this.readInt32());
    const start = this.advance(length);
    return this.raw.subarray(start, start + length);
  }

  private advance(bytes: number): number {
    const start = this.at;
    this.at += bytes;
    return start;
  }
}
