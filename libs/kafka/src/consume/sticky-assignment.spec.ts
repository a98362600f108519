import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignSticky, type Assignment, type Subscriber } from './sticky-assignment.js';

const topics = ['a', 'b', 'c', 'd'];
const anyPartitions = fc
  .tuple(...topics.map(() => fc.integer({ min: 1, max: 14 })))
  .map((counts) => new Map(topics.map((topic, index) => [topic, counts[index]!])));
const anyHeld = fc
  .dictionary(fc.constantFrom(...topics), fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 14 }))
  .map((held) => new Map(Object.entries(held)));
const anyMembers = (topics: fc.Arbitrary<string[]>): fc.Arbitrary<Subscriber[]> =>
  fc
    .array(fc.record({ topics, held: anyHeld }), { minLength: 1, maxLength: 7 })
    .map((members) => members.map((member, index) => ({ id: `m${index}`, ...member })));
const someTopics = fc.uniqueArray(fc.constantFrom(...topics), { minLength: 1 });

const heldAfter = (assignment: Assignment, members: Subscriber[]): Subscriber[] =>
  members.map((member) => ({ ...member, held: assignment.get(member.id) ?? new Map() }));
const size = (share: ReadonlyMap<string, readonly number[]>): number => [...share.values()].flat().length;
const moves = (before: Assignment, after: Assignment): number => {
  let moved = 0;
  for (const [id, share] of after) {
    for (const [topic, partitions] of share) {
      const had = before.get(id)?.get(topic) ?? [];
      moved += partitions.filter((partition) => !had.includes(partition)).length;
    }
  }
  return moved;
};

describe('assignSticky', () => {
  it('gives every partition to exactly one member that names its topic, evenly in each topic', () => {
    fc.assert(
      fc.property(anyMembers(someTopics), anyPartitions, (members, partitions) => {
        const assignment = assignSticky(members, partitions);
        for (const [topic, count] of partitions) {
          const eligible = members.filter(({ topics }) => topics.includes(topic));
          const given = [...assignment].flatMap(([id, share]) => {
            if (!eligible.some((member) => member.id === id)) expect(share.has(topic)).toBe(false);
            return share.get(topic) ?? [];
          });
          const all = eligible.length === 0 ? [] : Array.from({ length: count }, (_, partition) => partition);
          expect(given.sort((left, right) => left - right)).toEqual(all);
          const counts = eligible.map(({ id }) => assignment.get(id)!.get(topic)?.length ?? 0);
          if (counts.length > 0) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('keeps totals even among members that name the same topics', () => {
    fc.assert(
      fc.property(anyMembers(fc.constant(topics)), anyPartitions, (members, partitions) => {
        const totals = [...assignSticky(members, partitions).values()].map(size);
        expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves nothing when nothing changed', () => {
    fc.assert(
      fc.property(anyMembers(someTopics), anyPartitions, (members, partitions) => {
        const first = assignSticky(members, partitions);
        expect(moves(first, assignSticky(heldAfter(first, members), partitions))).toBe(0);
      }),
    );
  });

  it('moves little more than what the newcomer gets, or what the leaver had', () => {
    fc.assert(
      fc.property(anyMembers(fc.constant(topics)), anyPartitions, (members, partitions) => {
        const before = assignSticky(members, partitions);
        const joined = [
          ...heldAfter(before, members),
          { id: 'new', topics, held: new Map<string, number[]>() },
        ];
        const grown = assignSticky(joined, partitions);
        // Evening out may pass a partition of a topic on by one hop.
        expect(moves(before, grown)).toBeLessThanOrEqual(size(grown.get('new')!) + topics.length);

        const left = heldAfter(grown, joined).filter(({ id }) => id !== 'm0');
        const shrunk = assignSticky(left, partitions);
        const freed = size(grown.get('m0')!);
        expect(moves(grown, shrunk)).toBeLessThanOrEqual(freed + topics.length);
      }),
    );
  });

  it('does not depend on the order of members or topics', () => {
    fc.assert(
      fc.property(anyMembers(someTopics), anyPartitions, (members, partitions) => {
        const backwards = assignSticky([...members].reverse(), new Map([...partitions].reverse()));
        const forwards = assignSticky(members, partitions);
        for (const [id, share] of forwards) {
          expect(Object.fromEntries(backwards.get(id)!)).toEqual(Object.fromEntries(share));
        }
      }),
    );
  });

  it('survives claims of partitions that do not exist or are claimed twice', () => {
    const held = new Map([['a', [0, 0, 1, 99, -1]]]);
    const members = ['x', 'y'].map((id) => ({ id, topics: ['a'], held }));
    const assignment = assignSticky(members, new Map([['a', 2]]));
    expect([...assignment.values()].flatMap((share) => share.get('a') ?? []).sort()).toEqual([0, 1]);
  });
});
