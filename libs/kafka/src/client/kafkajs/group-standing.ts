/** How a member stands with its group's coordinator. */
export interface GroupStanding {
  /** The generation that it has joined. */
  readonly generation: number;
  /** When the last request was sent whose answer shows that its partitions are still its own, in monotonic ms. */
  readonly provenAt: number;
}

/**
 * By the ids of this process' members. kafkajs does not tell a generation when it has joined it, and tells of a heartbeat
 * when its answer is read, which may be long after the coordinator gave it: a process may have been frozen between.
 */
const standings = new Map<string, GroupStanding>();

/**
 * Notes what an answer shows. Answers come in any order: an older one than is known already shows nothing.
 * @param sentAt when the request was sent, in monotonic ms
 */
export function noteStanding(memberId: string, generation: number, sentAt: number): void {
  const known = standings.get(memberId);
  if (known && (known.generation > generation || known.provenAt > sentAt)) return;
  standings.set(memberId, { generation, provenAt: sentAt });
}

export function standingOf(memberId: string): GroupStanding | undefined {
  return standings.get(memberId);
}

export function forgetStanding(memberId: string): void {
  standings.delete(memberId);
}
