import type { JobTypeList } from '@jobstream/contracts/rest';
import { client } from './connection.js';
import { usePolled, type Polled } from './polled.js';

/** Reads once which job types there are, to choose one of them. */
export function useJobTypes(): Polled<JobTypeList> {
  return usePolled((signal) => client.jobTypes.list({ signal }), { key: 'types', everyMs: Infinity });
}
