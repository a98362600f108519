/** `1,234`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12 %`, `0.4 %`; a dash where the whole is 0. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** `340 ms`, `2.4 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `22 Nov 2026, 18:04 UTC`. */
export function timeText(time: Date): string {
  return `${dateText(time)}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** `22 Nov 2026`, in UTC. */
export function dateText(time: Date): string {
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `22 Nov`, of a day like `2026-11-22`. */
export function dayText(day: string): string {
  return dateText(new Date(`${day}T00:00:00Z`)).slice(0, -5);
}
