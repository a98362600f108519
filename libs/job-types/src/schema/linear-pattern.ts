import { RE2JS } from 're2js';

/** A pattern that can not be matched in linear time, or is no pattern: with a lookahead, a lookbehind or a backreference, say. */
export class UnboundedPatternError extends Error {
  override readonly name = 'UnboundedPatternError';
  readonly code = 'unbounded_pattern';

  constructor(readonly pattern: string) {
    super(
      `The pattern ${JSON.stringify(pattern.slice(0, 200))} can not be matched in linear time: use no lookaround, no backreference and no count above 1000.`,
    );
  }
}

/** A pattern in the form that Ajv takes in place of a RegExp. */
export interface LinearPattern {
  test(text: string): boolean;
  toString(): string;
}

/**
 * A pattern of a schema that a stranger wrote. V8's RegExp backtracks, so that `(a+)+$` takes longer than the universe for fifty
 * characters; this one takes time in proportion to the text (RE2, Russ Cox, "Regular Expression Matching Can Be Simple And Fast").
 * @throws UnboundedPatternError
 */
export function linearPattern(pattern: string): LinearPattern {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    // Ajv tells patterns apart by their text.
    return { test: (text) => compiled.test(text), toString: () => pattern };
  } catch {
    throw new UnboundedPatternError(pattern);
  }
}
