import { formatDelay, type TopicRole, type Topics } from '@jobstream/contracts';
import type { JobTypeBook } from '@jobstream/job-types';
import type { OffsetsByTopic, TopicAdmin } from '@jobstream/kafka';
import { SharedCall } from '@jobstream/runtime';
import { QueuePaces } from './queue-paces.js';
import { Remembered } from './remembered.js';

/** A topic that the workers of a queue read; offsets by partition. */
export interface LaneState {
  readonly lane: string;
  readonly topic: string;
  readonly isRetry: boolean;
  /** The committed offsets; the start of the log where none is committed. */
  readonly committed: readonly number[];
  readonly ends: readonly number[];
}

/** The state of a queue in the log. */
export interface QueueState {
  readonly queue: string;
  readonly lanes: readonly LaneState[];
  readonly deadLetters: number;
  readonly workers: number;
}

/** All queues at one moment. */
export interface QueueStatesAt {
  /** By `performance.now()`. */
  readonly readAt: number;
  readonly queues: ReadonlyMap<string, QueueState>;
}

const freshMs = 1_000;
/** What rarely changes is asked for less often: how many workers there are, where logs begin, what is committed of queues without work. */
const membersForMs = 3_000;
const restForMs = 10_000;

/** Reads the state of all queues from Kafka. Answers are shared, and up to a second old; numbers of workers up to four. */
export class QueueStates {
  /** How fast the queues went, by the states that were read. */
  readonly paces = new QueuePaces();
  private readonly shared = new SharedCall(() => this.look());
  private latest: QueueStatesAt | undefined;
  private readonly members = new Remembered(membersForMs, (groups) => this.admin.memberCounts(groups));
  private readonly starts = new Remembered(restForMs, (topics) => this.admin.startOffsets(topics));
  /** When the commits of a queue were asked for, by `performance.now()`. */
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
    private readonly jobTypes: JobTypeBook,
  ) {}

  /** Rejects when Kafka cannot be reached. */
  async read(): Promise<QueueStatesAt> {
    const { latest } = this;
    return latest && performance.now() - latest.readAt < freshMs ? latest : this.shared.call();
  }

  private async look(): Promise<QueueStatesAt> {
    const roles = await this.readRoles();
    const names = new Set([...this.jobTypes.queues.keys(), ...[...roles.values()].map(({ queue }) => queue)]);
    const groups = new Map([...names].map((queue) => [queue, this.topics.group(queue)]));
    const all = [...roles.keys()];
    const [starts, ends, members] = await Promise.all([
      this.starts.read(all),
      this.admin.endOffsets(all),
      this.members.read([...groups.values()]),
    ]);
    const states = await Promise.all(
      [...groups].map(async ([queue, group]): Promise<QueueState> => {
        const own = [...roles].filter(([, role]) => role.queue === queue);
        return {
          queue,
          lanes: await this.lanesOf(queue, group, own, { starts, ends }),
          deadLetters: own.reduce(
            (sum, [topic, { kind }]) => sum + (kind === 'dead-letters' ? count(topic, starts, ends) : 0),
            0,
          ),
          workers: members.get(group) ?? 0,
        };
      }),
    );
    const look = {
      readAt: performance.now(),
      queues: new Map(states.map((state) => [state.queue, state])),
    };
    this.latest = look;
    this.paces.note(look);
    return look;
  }

  /** Where all was finished and nothing has come since, what is committed is what it was. */
  private async lanesOf(
    queue: string,
    group: string,
    own: readonly (readonly [string, QueueRole])[],
    { starts, ends }: Omit<Offsets, 'commits'>,
  ): Promise<readonly LaneState[]> {
    const lanes = own.flatMap(([topic, role]) => (role.kind === 'dead-letters' ? [] : [{ topic, role }]));
    const known = this.latest?.queues.get(queue)?.lanes;
    const now = performance.now();
    const isRecent = now - (this.askedAt.get(queue) ?? -Infinity) < restForMs;
    const rests =
      known?.length === lanes.length &&
      known.every(({ topic, committed }) => isSame(committed, ends.get(topic)));
    if (isRecent && rests) return known;
    const counts = new Map(lanes.map(({ topic }) => [topic, ends.get(topic)?.length ?? 0]));
    const commits = await this.admin.committedIn(group, counts);
    this.askedAt.set(queue, now);
    return lanes.map(({ topic, role }) => laneOf(topic, role, { starts, ends, commits })).sort(byLane);
  }

  private async readRoles(): Promise<Map<string, QueueRole>> {
    const roles = new Map<string, QueueRole>();
    for (const topic of await this.admin.listTopics()) {
      const role = this.topics.roleOf(topic);
      if (role && 'queue' in role) roles.set(topic, role);
    }
    return roles;
  }
}

type QueueRole = Extract<TopicRole, { queue: string }>;
type LaneRole = Exclude<QueueRole, { kind: 'dead-letters' }>;

interface Offsets {
  readonly starts: OffsetsByTopic;
  readonly ends: OffsetsByTopic;
  readonly commits: ReadonlyMap<string, readonly (number | null)[]>;
}

function isSame(committed: readonly number[], ends: readonly number[] | undefined): boolean {
  return committed.length === ends?.length && committed.every((next, partition) => next === ends[partition]);
}

function laneOf(topic: string, role: LaneRole, { starts, ends, commits }: Offsets): LaneState {
  const first = starts.get(topic) ?? [];
  return {
    lane: role.kind === 'retry' ? `retry.${formatDelay(role.delayMs)}` : role.lane,
    topic,
    isRetry: role.kind === 'retry',
    committed: first.map((start, partition) => Math.max(commits.get(topic)?.[partition] ?? start, start)),
    ends: first.map((start, partition) => ends.get(topic)?.[partition] ?? start),
  };
}

function count(topic: string, starts: OffsetsByTopic, ends: OffsetsByTopic): number {
  const first = starts.get(topic) ?? [];
  return (ends.get(topic) ?? []).reduce((sum, end, partition) => sum + end - (first[partition] ?? end), 0);
}

const laneOrder = ['high', 'normal', 'low'];

function byLane(a: LaneState, b: LaneState): number {
  const place = ({ lane, isRetry }: LaneState) => (isRetry ? laneOrder.length : laneOrder.indexOf(lane));
  return place(a) - place(b) || a.topic.localeCompare(b.topic);
}
