const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time: a whole number and a unit, e.g. `500ms`, `60s`, `10m`, `2h`, `7d`. */
export type Duration = `${number}${keyof typeof units}`;

const pattern = /^(\d{1,9})(ms|s|m|h|d)$/;

/**
 * Milliseconds of a {@link Duration}.
 * @throws RangeError for any other text; the message shows the accepted forms
 */
export function parseDuration(text: string): number {
  const match = pattern.exec(text);
  if (!match) {
    throw new RangeError(
      `"${text}" is not a duration. Write a whole number and a unit: 500ms, 60s, 10m, 2h or 7d.`,
    );
  }
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** The shortest exact spelling in whole seconds or, below a whole second, milliseconds: 60000 is `60s`, 500 is `500ms`. */
export function formatDelay(ms: number): Duration {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
