import { z } from 'zod';
import { isDay } from '../../time/day.js';
import type { LastReading } from '../checkpoints.js';

const sums = z.record(z.string(), z.number());
const keptBack = z.strictObject({
  sinceMs: z.number(),
  readAtMs: z.number(),
  records: z.int().min(0),
  sums,
  toldOn: z.string().refine(isDay),
});

/**
 * As a list, since there is one for each stream and project: when, records, sums, version, what was kept back, since when
 * it has been the same, counts. What is left out at its end is null.
 */
export const readingList = z
  .tuple([
    z.number(),
    z.int().min(0),
    sums,
    z.string().nullish(),
    keptBack.nullish(),
    z.number().nullish(),
    sums.nullish(),
  ])
  .transform(
    ([readAtMs, records, summed, version, less, sameSinceMs, counts]): LastReading => ({
      readAtMs,
      records,
      sums: summed,
      version: version ?? undefined,
      less: less ?? undefined,
      sameSinceMs: sameSinceMs ?? readAtMs,
      counts: counts ?? undefined,
    }),
  );

export function asList(last: LastReading): readonly unknown[] {
  const { readAtMs, records, sums: summed, version = null, less = null, sameSinceMs, counts = null } = last;
  const since = sameSinceMs === readAtMs ? null : sameSinceMs;
  const list = [readAtMs, records, summed, version, less, since, counts];
  return list.slice(0, list.findLastIndex((value) => value !== null) + 1);
}
