import { describe, expect, it } from '@jest/globals';
import { newJobId } from '../job-id.js';
import { foreignTraceId, isTraceparent, ownTraceId, traceIdOf, traceparentOf } from './trace-context.js';

const trace = '0af7651916cd43dd8448eb211c80319c';

describe('the trace context of a job', () => {
  it.each([
    [`00-${trace}-b7ad6b7169203331-01`, true],
    [`cc-${trace}-b7ad6b7169203331-00`, true],
    [`ff-${trace}-b7ad6b7169203331-01`, false],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace.toUpperCase()}-b7ad6b7169203331-01`, false],
    [`00-${trace}-b7ad6b7169203331-01\r\nx: y`, false],
    ['', false],
  ])('%s: %s', (text, valid) => expect(isTraceparent(text)).toBe(valid));

  it('is its own when none was given, and follows from the job id', () => {
    for (let n = 0; n < 100; n += 1) {
      const id = newJobId();
      expect(isTraceparent(traceparentOf(id))).toBe(true);
      expect(traceIdOf(id, traceparentOf(id))).toBe(ownTraceId(id));
      expect(foreignTraceId(id, traceparentOf(id))).toBeNull();
    }
  });

  it('is the one of its submitter', () => {
    expect(traceIdOf(newJobId(), `00-${trace}-b7ad6b7169203331-01`)).toBe(trace);
  });

  it('is its own when the given one is not valid', () => {
    const id = newJobId();
    expect(traceIdOf(id, '00-a-b-01')).toBe(ownTraceId(id));
    expect(traceIdOf(id, undefined)).toBe(ownTraceId(id));
  });
});
