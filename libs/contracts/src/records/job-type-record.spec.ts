import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineJob, defineQueue } from '../job-definition.js';
import { describeJobType } from '../job-type.js';
import { decodeJobType, encodeJobType, publishJobType } from './job-type-record.js';

const jobType = describeJobType(
  defineJob({ type: 'invoice.send', queue: defineQueue('invoices'), payload: z.object({}), result: z.any() }),
);

function decodeWith(url: string): ReturnType<typeof decodeJobType> {
  const endpoint = { url, maxInFlight: 1 };
  const record = publishJobType({ ...jobType, endpoint }, 'endpoint:me', new Date(0).toISOString());
  const { key, value } = encodeJobType('invoice.send', record);
  return decodeJobType(Buffer.from(key), Buffer.from(value!));
}

describe('the record of a job type with an endpoint', () => {
  it.each(['https://billing.example.com/jobs', 'http://127.0.0.1:8080'])('takes the URL %s', (url) => {
    expect(decodeWith(url)).toMatchObject({ record: { endpoint: { url } } });
  });

  it.each(['', 'x', '/jobs', 'http://', 'ftp://example.com/', 'javascript:alert(1)', 'file:///etc/passwd'])(
    'can not be read with the URL %j, and says why',
    (url) => {
      expect(decodeWith(url)).toEqual({ detail: expect.stringContaining('endpoint.url') });
    },
  );
});
