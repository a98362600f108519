import { tokenOf } from '@jobstream/platform';
import { z } from 'zod';

/** How much a REST server handles at once. Each process counts for itself. */
export const trafficSettings = z.object({
  /** Connections; a further one is closed at once. */
  MAX_CONNECTIONS: z.coerce.number().int().min(1).default(12_000),
  /** Seconds for which a connection may take nothing of an answer that is ready. */
  ANSWER_TIMEOUT_SECONDS: z.coerce.number().min(1).max(3_600).default(30),
  /** Waits and streams that are held open at once. */
  MAX_OPEN_REQUESTS: z.coerce.number().int().min(1).default(10_000),
  /** How many percent of them one API key may hold, or one address where no key is needed. */
  OPEN_SHARE_PERCENT: z.coerce.number().min(1).max(100).default(10),
  /** Bytes of bodies and answers that memory may hold; the minimum is the size of the largest batch. */
  MAX_BYTES_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(100_000_000)
    .default(256 * 1024 * 1024),
});

/** The settings, with their defaults filled in. */
export type TrafficSettings = z.infer<typeof trafficSettings>;

export const trafficToken = tokenOf<TrafficSettings>('TrafficSettings');
