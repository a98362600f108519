import { describe, expect, it } from '@jest/globals';
import { describeChecks } from './service-process.js';

describe('describeChecks', () => {
  it('names what is not ok', () => {
    const report = {
      checks: { kafka: { ok: false, why: 'no broker' }, postgres: { ok: true }, disk: { ok: false } },
    };
    expect(describeChecks(JSON.stringify(report))).toBe('kafka: no broker; disk: not ok');
  });

  it('says that a process stops', () => {
    expect(describeChecks('{"draining":true,"checks":{}}')).toBe('stopping');
  });

  it('has nothing to say of what is no report', () => {
    expect(describeChecks('<html>')).toBe('');
  });
});
