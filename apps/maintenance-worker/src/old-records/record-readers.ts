import { isCompacted, type TopicRole, type Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { partitionKey, type TopicAdmin } from '@jobstream/kafka';
import type { ProjectionPositions } from '@jobstream/projection';
import { readPositions } from '@jobstream/sink';
import { tellsOfEnds } from '@jobstream/webhooks';
import { tellsOfSteps } from '@jobstream/flows';
import type { LogPartition, Reading } from './record-cut.js';

/** Where the positions of all readers are kept. */
export interface RecordReadersOptions {
  readonly topics: Topics;
  readonly admin: TopicAdmin;
  readonly database: Database;
  readonly projections: ProjectionPositions;
}

/** A topic whose old records may go. */
export interface KeptTopic {
  readonly topic: string;
  readonly role: TopicRole;
}

/** Finds how far each reader has read the log. A reader that has never begun needs all of it. */
export class RecordReaders {
  constructor(private readonly options: RecordReadersOptions) {}

  /**
   * All topics of this platform but those that Kafka compacts, whose newest records are in force whatever their age, and those of
   * log lines and signs of workers, of which Kafka itself deletes what is old.
   */
  async topics(): Promise<KeptTopic[]> {
    const { admin, topics } = this.options;
    return (await admin.listTopics()).flatMap((topic) => {
      const role = topics.roleOf(topic);
      const isOurs = role && !isCompacted(role) && role.kind !== 'logs' && role.kind !== 'workers';
      return isOurs ? [{ topic, role }] : [];
    });
  }

  async partitions(topics: readonly KeptTopic[]): Promise<LogPartition[]> {
    const names = topics.map(({ topic }) => topic);
    const { admin } = this.options;
    const [starts, ends] = await Promise.all([admin.startOffsets(names), admin.endOffsets(names)]);
    return [...ends].flatMap(([topic, offsets]) =>
      offsets.map((end, partition) => ({
        topic,
        partition,
        start: starts.get(topic)?.[partition] ?? 0,
        end,
      })),
    );
  }

  async readings(topics: readonly KeptTopic[], partitions: readonly LogPartition[]): Promise<Reading[]> {
    return [
      ...(await this.ofGroups(topics)),
      ...(await this.ofProjections(topics, partitions)),
      ...(await this.ofSinks(partitions)),
    ];
  }

  /** The workers of each queue, begun or not, and every other group with a commit. */
  private async ofGroups(topics: readonly KeptTopic[]): Promise<Reading[]> {
    const { admin, topics: names } = this.options;
    const lanes = topics.flatMap(({ topic, role }) =>
      role.kind === 'requests' || role.kind === 'retry' ? [{ topic, group: names.group(role.queue) }] : [],
    );
    // Their positions are in Postgres; their commits are only hints.
    const elsewhere = [
      names.serviceGroup('projector'),
      names.serviceGroup('scheduler'),
      names.serviceGroup('webhook-ends'),
      names.serviceGroup('flow-ends'),
    ];
    const groups = new Set([...lanes.map(({ group }) => group), ...(await admin.listGroups())]);
    const readings: Reading[] = [];
    // One after another: a cluster may know thousands.
    for (const reader of [...groups].filter((group) => !elsewhere.includes(group))) {
      const commits = await admin.committed(
        reader,
        topics.map(({ topic }) => topic),
      );
      for (const [topic, offsets] of commits) {
        const isOwn = lanes.some((lane) => lane.topic === topic && lane.group === reader);
        offsets.forEach((offset, partition) => {
          if (offset !== null || isOwn) readings.push({ reader, topic, partition, next: offset ?? 0 });
        });
      }
    }
    return readings;
  }

  private async ofProjections(
    topics: readonly KeptTopic[],
    partitions: readonly LogPartition[],
  ): Promise<Reading[]> {
    const unprojected = new Set(
      topics.filter(({ role }) => role.kind === 'cancels').map(({ topic }) => topic),
    );
    const projections = await this.options.projections.read();
    return projections.flatMap(({ schema, checkpoints }) => {
      const next = new Map(checkpoints.map((each) => [partitionKey(each), each.next]));
      return partitions
        .filter(({ topic }) => !unprojected.has(topic))
        .map(({ topic, partition }) => ({
          reader: schema,
          topic,
          partition,
          next: next.get(partitionKey({ topic, partition })) ?? 0,
        }));
    });
  }

  /** The positions of the scheduler, which moves delayed jobs into rows of its own, of what makes the deliveries of webhooks, and of flows. */
  private async ofSinks(partitions: readonly LogPartition[]): Promise<Reading[]> {
    const { admin, database, topics } = this.options;
    const clusterId = await admin.clusterId();
    const delayed = partitions.filter(({ topic }) => topic === topics.delayed);
    const told = partitions.filter(({ topic }) => tellsOfEnds(topics.roleOf(topic)));
    const ofSteps = partitions.filter(({ topic }) => tellsOfSteps(topics, topic));
    const sinks = [
      ...delayed.map((place) => ({ reader: topics.serviceGroup('scheduler'), place })),
      ...told.map((place) => ({ reader: topics.serviceGroup('webhook-ends'), place })),
      ...ofSteps.map((place) => ({ reader: topics.serviceGroup('flow-ends'), place })),
    ];
    const positions = new Map<string, ReadonlyMap<number, number>>();
    const readings: Reading[] = [];
    for (const { reader, place } of sinks) {
      const { topic, partition } = place;
      const key = `${reader} ${topic}`;
      const next = positions.get(key) ?? (await readPositions(database, { reader, clusterId, topic }));
      positions.set(key, next);
      readings.push({ reader, topic, partition, next: next.get(partition) ?? 0 });
    }
    return readings;
  }
}
