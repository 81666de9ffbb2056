const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const FORM = /^(\d{1,6})(s|m|h|d|w)$/;

/** ISO 8601: weeks, or days, hours, minutes and seconds. Months and years have no fixed length. */
const ISO_FORM =
  /^P(?!$)(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?)$/;

/** Milliseconds of `60s`, `5m`, `36h`, `7d`, `4w`, or of ISO 8601 such as `P3D` and `PT36H`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const iso = ISO_FORM.exec(text);
  if (iso) {
    const [, w = 0, d = 0, h = 0, m = 0, s = 0] = iso.map(Number).map((amount) => amount || 0);
    return w * UNITS.w + d * UNITS.d + h * UNITS.h + m * UNITS.m + s * UNITS.s;
  }
  const [, amount, unit] = FORM.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * UNITS[unit as keyof typeof UNITS]; // the pattern admits these letters only
}

/** A wait or a run's length as a person says it: `850 ms`, `12.4 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What a schedule may be early by, in milliseconds: a run an hour after another rarely begins in the same millisecond. */
const EARLY_MS = 60_000;

/** After so many hours something is done again, in milliseconds. */
export function everyHours(hours: number): number {
  return hours * 3_600_000 - EARLY_MS;
}
