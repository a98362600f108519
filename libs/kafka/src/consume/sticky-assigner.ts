import kafkajs from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { assignSticky, type Subscriber } from './sticky-assignment.js';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
const protocolName = 'JobstreamSticky';
const protocolVersion = 1;

/**
 * The group protocol of our consumers: each member tells what it holds, and the leader assigns the union of all
 * members' topics, so members may name different ones (kafkajs' own assigner gives the leader's topics to everybody).
 * @param held what this member holds at the time of a join, by topic
 * @param labels what this member tells about itself to whoever looks at the group
 */
export function stickyAssigner(
  held: () => ReadonlyMap<string, readonly number[]>,
  labels: readonly string[] = [],
): PartitionAssigner {
  return ({ cluster }) => ({
    name: protocolName,
    version: protocolVersion,
    protocol: ({ topics }) => ({
      name: protocolName,
      metadata: MemberMetadata.encode({
        version: protocolVersion,
        topics,
        userData: encodeMember(held(), labels),
      }),
    }),
    assign: async ({ members }) => {
      const subscribers = members.map(({ memberId, memberMetadata }): Subscriber => {
        const decoded = MemberMetadata.decode(memberMetadata);
        return { id: memberId, topics: decoded?.topics ?? [], held: decodeHeld(decoded?.userData) };
      });
      const counts = new Map<string, number>();
      for (const topic of new Set(subscribers.flatMap(({ topics }) => topics))) {
        try {
          await cluster.addTargetTopic(topic);
        } catch {
          continue; // another member names a topic that is gone: nobody gets it
        }
        counts.set(topic, cluster.findTopicPartitionMetadata(topic).length);
      }
      return [...assignSticky(subscribers, counts)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: protocolVersion,
          assignment: Object.fromEntries(share),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

/** The labels of a member of one of our groups, from what the brokers keep of it; none where there are none. */
export function readMemberLabels(memberMetadata: Buffer): string[] {
  try {
    const { userData } = MemberMetadata.decode(memberMetadata) ?? {};
    const told = JSON.parse(userData?.toString() || '{}') as Record<string, unknown>;
    const labels = told[labelsField];
    return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
  } catch {
    return [];
  }
}

/** No topic can be called so, so that members which do not know labels take them for nothing held. */
const labelsField = ' labels';

function encodeMember(held: ReadonlyMap<string, readonly number[]>, labels: readonly string[]): Buffer {
  const told: Record<string, unknown> = Object.fromEntries(held);
  if (labels.length > 0) told[labelsField] = labels;
  return Buffer.from(JSON.stringify(told));
}

/** Foreign members may carry anything; what is not ours counts as nothing held. */
function decodeHeld(userData: Buffer | undefined): ReadonlyMap<string, readonly number[]> {
  try {
    const held = JSON.parse(userData?.toString() || '{}') as Record<string, unknown>;
    return new Map(
      Object.entries(held).filter((entry): entry is [string, number[]] => {
        const [, partitions] = entry;
        return Array.isArray(partitions) && partitions.every(Number.isInteger);
      }),
    );
  } catch {
    return new Map();
  }
}
