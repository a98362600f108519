import type { QueueLimits } from '@jobstream/contracts';

/** The limits of a queue in words. */
export function writeLimits({ rate, concurrency, perKey }: QueueLimits): string {
  const own = [rate && `${rate} starts`, concurrency && `${concurrency} at once`];
  const ofKey = perKey && [
    perKey.rate && `${perKey.rate} starts`,
    perKey.concurrency && `${perKey.concurrency} at once`,
  ];
  const each = ofKey && `each ${perKey.field}: ${ofKey.filter(Boolean).join(', ')}`;
  return [...own, each].filter(Boolean).join('; ') || 'none';
}
