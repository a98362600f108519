import { z } from 'zod';

/** How much a REST server takes on at once. Each process counts for itself. */
export const trafficSettings = z.object({
  /** Connections; a further one is closed at once. */
  MAX_CONNECTIONS: z.coerce.number().int().min(1).default(12_000),
  /** Seconds for which a connection may take nothing of an answer that is ready. */
  ANSWER_TIMEOUT_SECONDS: z.coerce.number().min(1).max(3_600).default(30),
  /** Waits and streams that are held open. */
  MAX_OPEN_REQUESTS: z.coerce.number().int().min(1).default(10_000),
  /** How many percent of them one API key may hold, or one address where no key is needed. */
  OPEN_SHARE_PERCENT: z.coerce.number().min(1).max(100).default(10),
  /** Bytes of bodies and answers that may lie in memory; at least what the largest batch takes. */
  MAX_BYTES_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(100_000_000)
    .default(256 * 1024 * 1024),
});

/** See {@link trafficSettings}. */
export type TrafficSettings = z.infer<typeof trafficSettings>;
