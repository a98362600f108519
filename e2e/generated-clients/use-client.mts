// Uses the types that openapi-typescript makes (api.mts) through openapi-fetch, and prints what came as JSON.
import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.mjs';

const client = createClient<paths>({ baseUrl: process.argv[2]! });

const header = { 'Idempotency-Key': randomUUID() };
const body: components['schemas']['Submission'] = {
  type: 'probe.run',
  payload: { sleepMs: 10, note: 'from TypeScript' },
  submittedFor: 'typescript',
};
const ids: string[] = [];
for (let nth = 0; nth < 2; nth++) {
  const { data } = await client.POST('/v1/jobs', { params: { header }, body });
  if (data) ids.push(data.id);
}
await client.POST('/v1/jobs', { body });

const path = { id: ids[0]! };
const { data: job } = await client.GET('/v1/jobs/{id}', { params: { path, query: { wait: '30s' } } });
const listed: string[] = [];
for (let cursor: string | undefined | null; cursor !== null;) {
  const query = { submittedFor: 'typescript', limit: 1, ...(cursor !== undefined && { cursor }) };
  const { data: page } = await client.GET('/v1/jobs', { params: { query } });
  if (!page) throw new Error('There is no page.');
  listed.push(...page.items.map(({ id }) => id));
  cursor = page.next;
}

// @ts-expect-error: there is no such job type
await client.POST('/v1/jobs', { body: { type: 'probe.walk', payload: {} } });
// @ts-expect-error: a limit is a number
await client.GET('/v1/jobs', { params: { query: { limit: 'ten' } } });
const { error: refused } = await client.POST('/v1/jobs', {
  body: { type: 'probe.run', payload: { sleepMs: -1 } },
});
const { error: beyond } = await client.GET('/v1/jobs', { params: { query: { limit: 501 } } });

console.log(
  JSON.stringify({
    same: new Set(ids).size,
    state: job?.state,
    result: job?.result,
    listed: new Set(listed).size,
    refused: [refused?.code, refused?.errors?.[0]?.pointer],
    beyond: [beyond?.code, beyond?.errors?.[0]?.pointer],
  }),
);
