import { describe, expect, it } from '@jest/globals';
import { checkType, checkWords, NameError, toCamel, toKebab, toPascal, toSnake } from './names.js';

describe('a name', () => {
  it('is written as files, constants, classes and tables have it', () => {
    expect([toKebab('invoice.send'), toCamel('invoice.send'), toPascal('invoice.send-all')]).toEqual([
      'invoice-send',
      'invoiceSend',
      'InvoiceSendAll',
    ]);
    expect(toSnake('billing-runs')).toBe('billing_runs');
  });

  it.each(['', 'Billing', 'billing_runs', '-x', 'x-', '../x', 'x y', 'x.y'])(
    'is refused for a queue: "%s"',
    (name) => {
      expect(() => checkWords(name, 'a queue')).toThrow(NameError);
    },
  );

  it.each(['', 'Invoice', 'a..b', '.a', 'a/b', 'a b'])('is refused for a job type: "%s"', (name) => {
    expect(() => checkType(name)).toThrow(NameError);
  });
});
