const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const FORM = /^(\d{1,6})(s|m|h|d|w)$/;

/** Milliseconds of `60s`, `5m`, `36h`, `7d` or `4w`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = FORM.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * UNITS[unit as keyof typeof UNITS]; // the pattern admits these letters only
}

/** A wait or a run's length as a person says it: `850 ms`, `12.4 s`, `3 min 20 s`. */
export function sayDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
