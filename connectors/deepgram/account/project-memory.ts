import { z } from 'zod';
import type { SourceMemory } from '../../../src/catalogue/source-type.js';
import { isDay } from '../../../src/time/day.js';
import { parseTimestamp } from '../../../src/time/timestamp.js';

const day = z.string().refine(isDay);
const text = z.string().nullable();
const texts = z.array(z.string()).readonly().nullable();
const names = z.array(z.tuple([day, z.string()]));

/** A `StoredList`, whose entries say this of a thing. */
const listOf = <Details extends z.ZodType>(details: Details) => {
  const entry = z.object({
    names,
    listed: z.boolean().optional(),
    seen: day.optional(),
    met: day.optional(),
    lacked: z.boolean().optional(),
    details: details.optional(),
  });
  return z.object({
    readAt: z.number().optional(),
    refusedAt: z.number().optional(),
    entries: z.array(z.tuple([z.string(), entry])),
  });
};

/** What is remembered of a project between runs: a section for each thing, each left out until there is something. */
const remembered = z.object({
  /** Days for which a difference between the request log and the usage of a day was said, by the day on which it was. */
  saidDifferences: z.record(z.string(), z.string()).optional(),
  /** The day on which it was said last that keys have no name. */
  saidUnnamedKeys: day.optional(),
  /** Whether its requests get a cost, and when that was last asked. */
  prices: z
    .object({
      found: z.enum(['given', 'none', 'unknown']),
      askedAt: z.string().refine((text) => parseTimestamp(text) === text),
    })
    .optional(),
  /** The project itself: its names, and whether its requests are kept from training, as read at a moment. */
  project: z
    .object({ names, mipOptOut: z.boolean().nullable().optional(), readAt: z.number().optional() })
    .optional(),
  apiKeys: listOf(
    z.object({
      name: text,
      scopes: texts,
      created_at: text,
      member_id: text,
      expires_at: text.optional(),
      tags: texts.optional(),
    }),
  ).optional(),
  models: listOf(
    z.object({ name: text, canonical_name: text, kind: text, languages: texts, version: text }),
  ).optional(),
  lineItems: listOf(z.object({})).optional(),
  purchases: listOf(
    z.object({
      created_at: text,
      expires_at: text,
      amount: z.number().nullable(),
      units: text,
      order_type: text,
    }),
  ).optional(),
});

export type Remembered = z.output<typeof remembered>;

export type ProjectMemory = ReturnType<typeof projectMemory>;

/** What cannot be understood is as if there were nothing. */
export function rememberedIn(value: unknown): Remembered {
  const found = remembered.safeParse(value);
  return found.success ? found.data : {};
}

/** The memory of one project. */
export function projectMemory(memory: SourceMemory, projectId: string) {
  let current = rememberedIn(memory.get(projectId));
  return {
    get: <Section extends keyof Remembered>(section: Section): Remembered[Section] => current[section],
    set: <Section extends keyof Remembered>(section: Section, value: Remembered[Section]): void => {
      current = { ...current, [section]: value };
      memory.set(projectId, current);
    },
  };
}

/** What a project was called last. */
export function lastNameIn(value: unknown): string | undefined {
  return rememberedIn(value).project?.names.at(-1)?.[1];
}
