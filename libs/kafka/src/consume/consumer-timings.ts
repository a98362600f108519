/** Times of a consumer, in ms. Keep the defaults; tests shorten them. */
export interface ConsumerTimings {
  /** How often the list of topics is read again (default 3,000). */
  topicPollMs: number;
  /** A loop that shows no life for this long is restarted (default 15,000). */
  stallMs: number;
  /** How long a request may take (default 10,000). */
  requestTimeoutMs: number;
  /** How long leaving the group may take (default 5,000). */
  leaveMs: number;
}

/** The timings to use where the caller gives some of them or none. */
export function completeTimings(given: Partial<ConsumerTimings> = {}): ConsumerTimings {
  return { topicPollMs: 3_000, stallMs: 15_000, requestTimeoutMs: 10_000, leaveMs: 5_000, ...given };
}
