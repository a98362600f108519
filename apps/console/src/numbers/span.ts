const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** How long something is, for people: `240 ms`, `3.2 s`, `14 min`, `2 h 5 min`. */
export function writeSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(Math.max(ms, 0))} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const at = units.findIndex(([, size]) => seconds >= size);
  const [unit, size] = units[at]!;
  const whole = Math.floor(seconds / size);
  const [smaller, smallerSize] = units[at + 1] ?? ['s', 1];
  const rest = Math.floor((seconds - whole * size) / smallerSize);
  return rest === 0 || whole >= 10 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`;
}
