import type { GrownIds } from './grown-rows.js';

/** A read of the API that people and programs do all day. */
export interface GrownRead {
  /** For people. */
  readonly name: string;
  readonly path: string;
}

/** The reads, by what they ask for; filters of rare jobs are as hard as a filter can be. */
export function grownReads({ job, deadLetter, parent, group, replay }: GrownIds): readonly GrownRead[] {
  const filters = {
    'state:dead_lettered': 'state:dead_lettered',
    'state:queued (none)': 'state:queued',
    'state:running,retrying': 'state:running,retrying',
    'type: common': 'type:image.thumbnail',
    'type: rare': 'type:probe.rare',
    'type: none': 'type:probe.none',
    'queue: rare type': 'queue:probe type:probe.rare',
    'error: rare': 'error:rare_code',
    'message: wildcard': 'message:"*server 200.example*"',
    'message: none': 'message:*nothing*',
    'reason:': 'reason:non_retryable',
    'for: common': 'for:customer-6',
    'for: rare': 'for:rare-customer',
    'key:': 'key:key-4904',
    'group:': `group:${group}`,
    'parent:': `parent:${parent}`,
    'replay:': `replay:${replay}`,
    'run:>1': 'run:>1',
    'took:>30s': 'took:>30s',
    'since: a day': `since:1d`,
    'until: 20 days ago': 'until:20d',
    'payload: none': 'payload.image:nothing',
    combined: 'state:dead_lettered error:rare_code type:probe.run since:25d',
    'combined, none': '-state:succeeded type:notification.email message:*nothing* run:1',
  };
  return [
    { name: 'newest', path: '/v1/jobs?limit=50' },
    ...Object.entries(filters).map(([name, q]) => ({
      name,
      path: `/v1/jobs?limit=50&q=${encodeURIComponent(q)}`,
    })),
    { name: 'job', path: `/v1/jobs/${job}` },
    { name: 'history', path: `/v1/jobs/${deadLetter}/history` },
    { name: 'queues', path: '/v1/queues' },
    { name: 'throughput', path: '/v1/throughput' },
    { name: 'error-groups', path: '/v1/error-groups' },
  ];
}
