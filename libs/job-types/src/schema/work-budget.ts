import type { Ajv2020 } from 'ajv/dist/2020.js';

/** References that one check follows. Only a schema that refers to itself can make a small payload follow more. */
const maxReferences = 100_000;

const keyword = 'x-jobstream-budget';

/** A payload was given up on: its schema refers to itself, and each level doubles the work. */
export class CheckTooLongError extends Error {
  override readonly name = 'CheckTooLongError';
  readonly code = 'check_too_long';

  constructor() {
    super(
      `The check followed ${maxReferences} references of the schema and was given up: send a payload that nests less deeply, or refer to each shape from one place.`,
    );
  }
}

/**
 * Bounds how long one check takes. Without recursion a check is bounded by the size of schema times that of the payload; with it,
 * two branches that refer to their own schema double the work with each level. So each shape that is referred to counts.
 */
export class WorkBudget {
  private left = maxReferences;

  constructor(ajv: Ajv2020) {
    ajv.addKeyword({ keyword, validate: () => this.spend(), errors: false });
  }

  /** A copy of a schema in which each shape that can be referred to spends one when it is looked at. */
  static mark(schema: object): object {
    const marked = { ...schema, [keyword]: true } as Record<string, unknown>;
    for (const group of ['$defs', 'definitions']) {
      const shapes = marked[group];
      if (typeof shapes !== 'object' || shapes === null) continue;
      marked[group] = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [
          name,
          typeof shape === 'object' && shape !== null ? { ...shape, [keyword]: true } : (shape as unknown),
        ]),
      );
    }
    return marked;
  }

  /** To be called before each check. */
  refill(): void {
    this.left = maxReferences;
  }

  private spend(): boolean {
    if (this.left-- <= 0) throw new CheckTooLongError();
    return true;
  }
}
