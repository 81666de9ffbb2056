import { z } from 'zod';
import type { SourceMemory } from '../../../src/catalogue/source-type.js';
import { parseTimestamp } from '../../../src/time/timestamp.js';

/** What is remembered of a project between runs: a section for each thing, each left out until there is something. */
const remembered = z.object({
  /** Days for which a difference between the request log and the usage of a day was said, by the day on which it was. */
  saidDifferences: z.record(z.string(), z.string()).optional(),
  /** Whether its requests get a cost, and when that was last asked. */
  prices: z
    .object({
      found: z.enum(['given', 'none', 'unknown']),
      askedAt: z.string().refine((text) => parseTimestamp(text) === text),
    })
    .optional(),
});

type Remembered = z.output<typeof remembered>;

export type ProjectMemory = ReturnType<typeof projectMemory>;

/** The memory of one project; what cannot be understood is as if there were nothing. */
export function projectMemory(memory: SourceMemory, projectId: string) {
  const found = remembered.safeParse(memory.get(projectId));
  let current: Remembered = found.success ? found.data : {};
  return {
    get: <Section extends keyof Remembered>(section: Section): Remembered[Section] => current[section],
    set: <Section extends keyof Remembered>(section: Section, value: Remembered[Section]): void => {
      current = { ...current, [section]: value };
      memory.set(projectId, current);
    },
  };
}
