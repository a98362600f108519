import { formatDelay, type TopicRole, type Topics } from '@jobstream/contracts';
import { InvalidCursorError, type TopicPage, type TopicView } from '@jobstream/contracts/rest';
import type { TopicAdmin, TopicLog } from '@jobstream/kafka';
import { LRUCache } from 'lru-cache';
import { brokerUnavailable } from '../status-error.js';

/** Which topics to list. */
export interface TopicListWish {
  /** Only those of this queue. */
  readonly queue?: string | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
  /** Topics at most. */
  readonly limit: number;
}

/** How old an answer may be. */
const freshMs = 2_000;
const maxKept = 50;

/** Lists the topics of the platform. Whoever asks the same at about the same time gets one answer. */
export class TopicList {
  private readonly pages = new LRUCache<string, Promise<TopicPage>>({ max: maxKept, ttl: freshMs });

  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
  ) {}

  /** A page of topics, by name. @throws StatusError `broker_unavailable`; InvalidCursorError */
  page({ queue, cursor, limit }: TopicListWish): Promise<TopicPage> {
    const after = cursor === undefined ? '' : this.decodeCursor(cursor);
    const key = JSON.stringify([queue, after, limit]);
    const kept = this.pages.get(key);
    if (kept !== undefined) return kept;
    const page = this.look(queue, after, limit);
    this.pages.set(key, page);
    page.catch(() => this.pages.delete(key));
    return page;
  }

  private async look(queue: string | undefined, after: string, limit: number): Promise<TopicPage> {
    const { admin } = this;
    try {
      const found = (await admin.listTopics())
        .flatMap((name) => {
          const role = this.topics.roleOf(name);
          const isWanted = role !== undefined && (queue === undefined || queueOf(role) === queue);
          return isWanted && name > after ? [{ name, role }] : [];
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const shown = found.slice(0, limit);
      const names = shown.map(({ name }) => name);
      const [logs, settings] = await Promise.all([
        admin.describeLogs(names),
        // The right to ask for settings is one of its own.
        admin.topicSettings(names).catch(() => new Map<string, Map<string, string>>()),
      ]);
      const items = shown.flatMap(({ name, role }) => {
        const log = logs.get(name);
        return log ? [viewOfTopic(name, role, log, settings.get(name))] : [];
      });
      return { items, next: found.length > limit ? encodeCursor(names.at(-1)!) : null };
    } catch (cause) {
      throw brokerUnavailable('Topics are on', cause);
    }
  }

  private decodeCursor(cursor: string): string {
    const name = Buffer.from(cursor, 'base64url').toString('utf8');
    if (this.topics.roleOf(name) === undefined) throw new InvalidCursorError();
    return name;
  }
}

/** @param settings those in force; undefined where they may not be asked for */
export function viewOfTopic(
  name: string,
  role: TopicRole,
  log: TopicLog,
  settings: ReadonlyMap<string, string> | undefined,
): TopicView {
  const partitions = log.map((each, partition) => ({ partition, ...each }));
  const numberOf = (setting: string) => {
    const value = Number(settings?.get(setting) ?? -1);
    return value < 0 ? null : value;
  };
  return {
    name,
    kind: role.kind,
    queue: queueOf(role),
    lane: laneOf(role),
    partitions,
    records: partitions.reduce((sum, { start, end }) => sum + end - start, 0),
    cleanup: settings?.get('cleanup.policy') ?? null,
    retentionMs: numberOf('retention.ms'),
    maxRecordBytes: numberOf('max.message.bytes'),
  };
}

function encodeCursor(name: string): string {
  return Buffer.from(name, 'utf8').toString('base64url');
}

function queueOf(role: TopicRole): string | null {
  return 'queue' in role ? role.queue : null;
}

function laneOf(role: TopicRole): string | null {
  if (role.kind === 'requests') return role.lane;
  return role.kind === 'retry' ? `retry.${formatDelay(role.delayMs)}` : null;
}
