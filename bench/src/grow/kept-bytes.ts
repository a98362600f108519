import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { schemasOf } from '@jobstream/database';
import type { Sample } from '../figure.js';
import type { Stand } from '../stand.js';

/** Bytes that are kept, by what keeps them: tables and indexes by their names, `log` for the log of a namespace. */
export type KeptBytes = ReadonlyMap<string, number>;

/** Bytes of a namespace's rows and of its log; without the log where the broker is not the stand's own. */
export async function readKeptBytes(stand: Stand, namespace: string): Promise<KeptBytes> {
  const { rows } = await stand.database.query<{ name: string; bytes: string }>(
    `SELECT relname AS name, pg_table_size(oid)::text AS bytes
     FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'i')`,
    [schemasOf(namespace).projection],
  );
  const bytes = new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  const log = await logBytes(stand.logFolders, namespace);
  if (log !== undefined) bytes.set('log', log);
  return bytes;
}

/** What each job has added, for a sample. */
export function bytesPerJob(before: KeptBytes, after: KeptBytes, jobs: number): Sample {
  const added = [...after].map(([name, bytes]) => [name, (bytes - (before.get(name) ?? 0)) / jobs] as const);
  const rows = added.filter(([name, bytes]) => name !== 'log' && bytes >= 1);
  return {
    'bytes a job in tables and indexes': rows.reduce((total, [, bytes]) => total + bytes, 0),
    ...Object.fromEntries(rows.map(([name, bytes]) => [`bytes a job in ${name}`, bytes])),
    ...Object.fromEntries(
      added.filter(([name]) => name === 'log').map(([, bytes]) => ['bytes a job in the log', bytes]),
    ),
  };
}

/** Segments without the files beside them, which are made long and filled later. */
async function logBytes(folders: readonly string[], namespace: string): Promise<number | undefined> {
  if (folders.length === 0) return undefined;
  let bytes = 0;
  for (const folder of folders)
    for (const partition of await readdir(folder)) {
      if (!partition.startsWith(`${namespace}.`)) continue;
      for (const file of await readdir(join(folder, partition)))
        if (file.endsWith('.log')) bytes += (await stat(join(folder, partition, file))).size;
    }
  return bytes;
}
