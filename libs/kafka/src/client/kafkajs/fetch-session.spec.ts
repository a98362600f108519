import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FetchSession, type FetchedTopic, type SessionRequest } from './fetch-session.js';

const wanted = (offsets: Record<string, Record<number, number>>): FetchedTopic[] =>
  Object.entries(offsets).map(([topic, partitions]) => ({
    topic,
    partitions: Object.entries(partitions).map(([partition, offset]) => ({
      partition: Number(partition),
      fetchOffset: String(offset),
      maxBytes: 1_000,
    })),
  }));

/** The partitions and offsets that a broker reads for a session, as KIP-227 has it. */
class BrokerSession {
  id = 0;
  epoch = 0;
  private next = 1;
  private readonly heldOffsets = new Map<string, string>();

  answer({ sessionId, sessionEpoch, topics, forgottenTopics }: SessionRequest) {
    if (sessionEpoch === 0) {
      this.heldOffsets.clear();
      this.id = this.next++;
      this.epoch = 1;
    } else {
      if (sessionId !== this.id) return { errorCode: 70, sessionId: 0 };
      if (sessionEpoch !== this.epoch) return { errorCode: 71, sessionId: 0 };
      this.epoch += 1;
    }
    for (const { topic, partitions } of topics)
      for (const { partition, fetchOffset } of partitions)
        this.heldOffsets.set(`${topic}/${partition}`, fetchOffset);
    for (const { topic, partitions } of forgottenTopics)
      for (const partition of partitions) this.heldOffsets.delete(`${topic}/${partition}`);
    return { errorCode: 0, sessionId: this.id };
  }

  get offsets() {
    return Object.fromEntries(this.heldOffsets);
  }
}

const flat = (topics: readonly FetchedTopic[]) =>
  Object.fromEntries(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [`${topic}/${partition}`, fetchOffset]),
    ),
  );

describe('a fetch session', () => {
  it('names everything at first, then only what changed', () => {
    const session = new FetchSession();
    const all = wanted({ a: { 0: 5, 1: 6 }, b: { 0: 7 } });
    expect(session.request(all)).toEqual({
      sessionId: 0,
      sessionEpoch: 0,
      topics: all,
      forgottenTopics: [],
    });
    expect(session.accept({ errorCode: 0, sessionId: 12 })).toBe(true);
    expect(session.request(all)).toEqual({
      sessionId: 12,
      sessionEpoch: 1,
      topics: [],
      forgottenTopics: [],
    });
    expect(session.accept({ errorCode: 0, sessionId: 12 })).toBe(true);
    expect(session.request(wanted({ a: { 1: 9 } }))).toEqual({
      sessionId: 12,
      sessionEpoch: 2,
      topics: wanted({ a: { 1: 9 } }),
      forgottenTopics: [
        { topic: 'a', partitions: [0] },
        { topic: 'b', partitions: [0] },
      ],
    });
  });

  it.each([
    ['the broker forgot it', 70],
    ['an answer was lost', 71],
  ])('begins anew, naming everything, after %s', (_, errorCode) => {
    const session = new FetchSession();
    const all = wanted({ a: { 0: 5 } });
    session.request(all);
    session.accept({ errorCode: 0, sessionId: 12 });
    session.request(all);
    expect(session.accept({ errorCode, sessionId: 0 })).toBe(false);
    expect(session.request(all)).toEqual({
      sessionId: 12,
      sessionEpoch: 0,
      topics: all,
      forgottenTopics: [],
    });
  });

  it('asks for every partition while the broker has no room for a session', () => {
    const session = new FetchSession();
    const all = wanted({ a: { 0: 5 } });
    for (let round = 0; round < 3; round += 1) {
      expect(session.request(all)).toMatchObject({ sessionId: 0, sessionEpoch: 0, topics: all });
      expect(session.accept({ errorCode: 0, sessionId: 0 })).toBe(true);
    }
  });

  it('has the broker read exactly what is wanted, whatever is lost between', () => {
    const offsets = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.dictionary(fc.constantFrom('0', '1', '2'), fc.nat(3)),
    );
    const fate = fc.constantFrom('answered', 'request lost', 'answer lost', 'forgotten');
    fc.assert(
      fc.property(fc.array(fc.tuple(offsets, fate), { maxLength: 30 }), (rounds) => {
        const session = new FetchSession();
        let broker = new BrokerSession();
        for (const [each, happens] of rounds) {
          const topics = wanted(each);
          if (happens === 'forgotten') broker = new BrokerSession();
          const request = session.request(topics);
          if (happens === 'request lost') session.reset();
          else {
            const answer = broker.answer(request);
            if (happens === 'answer lost') session.reset();
            else if (session.accept(answer)) expect(broker.offsets).toEqual(flat(topics));
          }
        }
        const last = wanted({ a: { 0: 1 } });
        for (let tries = 1; !session.accept(broker.answer(session.request(last))); tries += 1)
          expect(tries).toBeLessThan(2);
        expect(broker.offsets).toEqual(flat(last));
      }),
    );
  });
});
