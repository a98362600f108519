import { computed, signal } from '@preact/signals';
import { isRefused } from './connection.js';

const isVisible = signal(document.visibilityState !== 'hidden');
document.addEventListener('visibilitychange', () => {
  isVisible.value = document.visibilityState !== 'hidden';
});

/** Whether reading makes sense: the tab is seen, and the session holds. */
export const isAwake = computed(() => isVisible.value && !isRefused.value);

/** Resolves once {@link isAwake}, or when `signal` aborts. */
export async function untilAwake(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      leave();
      resolve();
    };
    signal.addEventListener('abort', end);
    const leave = isAwake.subscribe((awake) => {
      if (awake || signal.aborted) queueMicrotask(end);
    });
  });
}

/** Resolves after this time, or when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/**
 * Works while the tab is seen and the session holds.
 * @param work ends when its signal aborts
 * @returns whether it came to its end by itself
 * @throws what `work` throws, but for what follows from the end of attention
 */
export async function whileAwake(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const asleep = new AbortController();
  const leave = isAwake.subscribe((awake) => {
    if (!awake) asleep.abort();
  });
  try {
    await work(AbortSignal.any([signal, asleep.signal]));
    return !asleep.signal.aborted && !signal.aborted;
  } catch (error) {
    if (asleep.signal.aborted || signal.aborted) return false;
    throw error;
  } finally {
    leave();
  }
}
