/** One partition's share of a produce request: an encoded record batch. */
export interface PartitionBatch {
  topic: string;
  partition: number;
  batch: Buffer;
}

/**
 * Encodes the body of a Produce request, version 7 (https://kafka.apache.org/protocol#The_Messages_Produce), with acks=all.
 * @param timeoutMs how long the leader waits for its in-sync replicas
 */
export function encodeProduceBody(parts: readonly PartitionBatch[], timeoutMs: number): Buffer {
  const byTopic = new Map<string, PartitionBatch[]>();
  for (const part of parts) {
    const batches = byTopic.get(part.topic);
    if (batches) batches.push(part);
    else byTopic.set(part.topic, [part]);
  }
  let size = 2 + 2 + 4 + 4;
  for (const [topic, batches] of byTopic) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { batch } of batches) size += 4 + 4 + batch.length;
  }
  const body = Buffer.allocUnsafe(size);
  let at = body.writeInt16BE(-1, 0); // no transaction
  at = body.writeInt16BE(-1, at); // acks: all in-sync replicas
  at = body.writeInt32BE(timeoutMs, at);
  at = body.writeInt32BE(byTopic.size, at);
  for (const [topic, batches] of byTopic) {
    at = body.writeInt16BE(Buffer.byteLength(topic), at);
    at += body.write(topic, at);
    at = body.writeInt32BE(batches.length, at);
    for (const { partition, batch } of batches) {
      at = body.writeInt32BE(partition, at);
      at = body.writeInt32BE(batch.length, at);
      body.set(batch, at);
      at += batch.length;
    }
  }
  return body;
}
