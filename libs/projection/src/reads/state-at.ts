import { lowestEndRank } from '@jobstream/lifecycle';

/** `rankOf` of a transition, from its state and attempt. */
const rank = (state: string, attempt: string) => `CASE ${state} WHEN 'dead_lettered' THEN ${lowestEndRank}
  WHEN 'scheduled' THEN 4::bigint * ${attempt} WHEN 'queued' THEN 4::bigint * ${attempt} + 1
  WHEN 'running' THEN 4::bigint * ${attempt} + 2 WHEN 'retrying' THEN 4::bigint * ${attempt} + 3
  ELSE ${2 * lowestEndRank} END`;

/**
 * The state at a time of a row that is called `jobs`: of one that has changed since, what `standingOf` its transitions by then is, in
 * SQL. Of equals only ends can differ in their state, and of those the first counts. Null for a job that was not there yet.
 * @param schema the projection's, quoted
 * @param time as SQL, a `timestamptz`
 */
export function stateAt(schema: string, time: string): string {
  const part = (nth: number) => `split_part(entry, ' ', ${nth})`;
  return `CASE WHEN jobs.changed_at <= ${time} THEN jobs.state ELSE (SELECT step.state FROM (
      SELECT run, ${rank('state', 'attempt')} AS rank, state, topic, partition, "offset"
      FROM ${schema}.job_transitions WHERE job_id = jobs.id AND appended_at <= ${time}
      UNION ALL
      SELECT jobs.run, jobs.request_rank, 'queued', '', 0, 0
      WHERE jobs.request_rank < ${lowestEndRank} AND jobs.request_rank % 4 = 1 AND jobs.requested_at <= ${time}
      UNION ALL
      SELECT ${part(5)}::integer, ${rank(part(4), `${part(6)}::integer`)}, ${part(4)},
        ${part(1)}, substr(${part(2)}, 2)::integer, substr(${part(3)}, 2)::bigint
      FROM unnest(jobs.past) AS entry WHERE to_timestamp(${part(7)}::float8 / 1000) <= ${time}
    ) AS step
    ORDER BY step.run DESC, step.rank DESC, step.topic COLLATE "C", step.partition, step."offset" LIMIT 1) END`;
}
