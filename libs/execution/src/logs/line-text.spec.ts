import { describe, expect, it } from '@jest/globals';
import { logLineSchema, type LogLine } from '@jobstream/contracts/records';
import { LineWriter, type Logged } from './line-text.js';

const writer = new LineWriter();
const lineOf = (...logged: Logged): LogLine =>
  logLineSchema.parse(JSON.parse(writer.write('info', logged, Date.UTC(2026, 0, 1))));

describe('a line that is kept', () => {
  it('has time, level, message and fields', () => {
    expect(lineOf('sent')).toEqual({ at: '2026-01-01T00:00:00.000Z', level: 'info', message: 'sent' });
    expect(lineOf({ copies: 2, to: { name: 'Ada' } }, 'sent')).toMatchObject({
      message: 'sent',
      fields: { copies: 2, to: { name: 'Ada' } },
    });
    expect(lineOf({ copies: 2 })).toMatchObject({ message: '', fields: { copies: 2 } });
    expect(lineOf({})).toEqual({ at: '2026-01-01T00:00:00.000Z', level: 'info', message: '' });
  });

  it('shows errors as the log of a worker does, and keeps secrets out as that does', () => {
    const error = Object.assign(new Error('It broke.'), { code: 'broken' });
    expect(lineOf({ err: error }, 'failed').fields).toMatchObject({
      err: { type: 'Error', message: 'It broke.', code: 'broken' },
    });
    expect(JSON.stringify(lineOf({ payload: 'secret', user: { password: 'secret' } }, 'x'))).not.toContain(
      'secret',
    );
  });

  it('is safe text', () => {
    expect(lineOf('\u001b[31mred\u001b[0m\u0000\u0007 \ud800 é\ttab\nline').message).toBe(
      'red\ufffd\ufffd \ufffd é\ttab\nline',
    );
    const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
    expect(lineOf({ binary }, binary).message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(lineOf({ binary }).fields!.binary).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it('is cut, and says so', () => {
    const { message } = lineOf('x'.repeat(1_000_000));
    expect(message.length).toBeLessThan(4_100);
    expect(message).toContain('[996000 characters left out]');
    const large = lineOf({ text: 'x'.repeat(1_000_000) }, 'large');
    expect(large.fields).toBeUndefined();
    expect(large.message).toMatch(/^large \[\d+ characters of fields left out\]$/);
  });

  it('outlives fields that cannot be written', () => {
    const circle: Record<string, unknown> = { n: 1n };
    circle.self = circle;
    expect(lineOf(circle, 'circle').message).toContain('circle');
    const thrower = {
      get bad(): never {
        throw new Error('no');
      },
    };
    expect(lineOf(thrower, 'thrower').message).toContain('thrower');
  });
});
