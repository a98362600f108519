import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform, ServiceProcess } from '@jobstream/testing';

const everyMs = 250;

/** Bytes that each process of a platform holds, by its name, as its own metrics tell it. */
export async function residentMemory({
  processes,
}: Pick<Platform, 'processes'>): Promise<Map<string, number>> {
  const living = processes.filter(({ alive }) => alive);
  return new Map(
    await Promise.all(living.map(async (each) => [each.name, await residentMemoryOf(each)] as const)),
  );
}

/** Runs something, and tells the most that each process held meanwhile. */
export async function mostMemory<Result>(
  platform: Pick<Platform, 'processes'>,
  act: () => Promise<Result>,
): Promise<{ result: Result; most: ReadonlyMap<string, number> }> {
  const most = new Map<string, number>();
  const done = new AbortController();
  const sampling = (async () => {
    while (!done.signal.aborted) {
      for (const [name, bytes] of await residentMemory(platform))
        most.set(name, Math.max(bytes, most.get(name) ?? 0));
      await sleep(everyMs);
    }
  })();
  try {
    return { result: await act(), most };
  } finally {
    done.abort();
    await sampling;
  }
}

async function residentMemoryOf({ url }: ServiceProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes\S* (\S+)/m.exec(metrics)?.[1]);
}
