import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { comparedJson } from '../reads/job-condition.js';
import { readDeclarations } from './projected-types.js';
import { insertEntries } from './search-entries.js';
import { searchKey } from './search-key.js';

interface CarriedValue {
  readonly id: JobId;
  readonly path: string;
  readonly value: string | null;
}

/** Values that are read at once: each is at most a thousand characters long. */
const maxValues = 5_000;

/**
 * Does for jobs that a rebuild has carried over what a projector does for those it writes: notes their types and writes their entries.
 * @param rebuilt the schema, quoted
 * @param after jobs with higher ids
 * @param last the highest id; null for no end
 */
export async function writeCarriedEntries(
  database: Database,
  rebuilt: string,
  after: JobId,
  last: JobId | null,
): Promise<void> {
  const isOnPage = 'carried AND id > $1 AND ($2::uuid IS NULL OR id <= $2)';
  await database.query({
    text: `INSERT INTO ${rebuilt}.projected_types (type)
           SELECT DISTINCT type FROM ${rebuilt}.jobs WHERE ${isOnPage} ORDER BY type ON CONFLICT DO NOTHING`,
    values: [after, last],
  });
  if ((await readDeclarations(database, rebuilt)).length === 0) return;
  for (let from: JobId | undefined = after; from !== undefined;) {
    const { rows }: { rows: CarriedValue[] } = await database.query<CarriedValue>({
      text: `SELECT id, path, ${comparedJson('payload', `string_to_array(path, '.')`)} AS value
             FROM (SELECT id, type, payload FROM ${rebuilt}.jobs WHERE ${isOnPage}) AS carried
             JOIN ${rebuilt}.projected_types USING (type), jsonb_object_keys(search) AS path
             ORDER BY id FETCH FIRST ${maxValues} ROWS WITH TIES`,
      values: [from, last],
    });
    const entries = rows.flatMap(({ id, path, value }) =>
      value === null ? [] : [{ key: searchKey(path, value), jobId: id }],
    );
    await database.transaction((session) => insertEntries(session, rebuilt, entries));
    from = rows.length < maxValues ? undefined : rows.at(-1)!.id;
  }
}
