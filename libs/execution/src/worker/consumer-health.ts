import { consumerFault, type ConsumerHealth, type HeadOfLine } from '@jobstream/kafka';
import type { Health } from '@jobstream/runtime';

/**
 * The health of the consumer of a queue, which names the job at the head of each partition: it may be the one that holds up the others.
 * @param jobAt the id of the job that has begun there; undefined when none has
 */
export function healthOfConsumer(
  health: ConsumerHealth,
  jobAt: (head: HeadOfLine) => string | undefined,
): Health {
  const detail = {
    loopAgeMs: health.loopAgeMs,
    joins: health.joins,
    restarts: health.restarts,
    alarms: health.alarms,
    headsOfLine: health.partitions.flatMap(({ headOfLine }) =>
      headOfLine ? [{ ...headOfLine, job: jobAt(headOfLine) }] : [],
    ),
  };
  const why = consumerFault(health);
  return why === null ? { ok: true, detail } : { ok: false, why, detail };
}
