import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { OutputFolder } from '../../files/output-folder.js';
import type { Clock } from '../../time/clock.js';
import { isDay } from '../../time/day.js';
import { byName, mapText } from '../by-name.js';
import type { ReadingStore, ReadingsOfDay } from '../checkpoint-store.js';
import type { LastReading } from '../checkpoints.js';
import { readJsonFile } from './json-file.js';

const VERSION = 1;

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
 * it has been the same. What is left out at its end is null.
 */
const reading = z
  .tuple([z.number(), z.int().min(0), sums, z.string().nullish(), keptBack.nullish(), z.number().nullish()])
  .transform(
    ([readAtMs, records, summed, version, less, sameSinceMs]): LastReading => ({
      readAtMs,
      records,
      sums: summed,
      version: version ?? undefined,
      less: less ?? undefined,
      sameSinceMs: sameSinceMs ?? readAtMs,
    }),
  );

const readingsFile = z.strictObject({
  version: z.literal(VERSION),
  sources: byName(byName(byName(reading))),
});

function asList(last: LastReading): readonly unknown[] {
  const { readAtMs, records, sums: summed, version = null, less = null, sameSinceMs } = last;
  const list = [readAtMs, records, summed, version, less, sameSinceMs === readAtMs ? null : sameSinceMs];
  return list.slice(0, list.findLastIndex((value) => value !== null) + 1);
}

function asLists(readings: ReadingsOfDay): Map<string, unknown> {
  const ofProjects = (projects: Map<string, LastReading>) =>
    new Map([...projects].map(([id, last]) => [id, asList(last)]));
  const ofStreams = (streams: Map<string, Map<string, LastReading>>) =>
    new Map([...streams].map(([name, projects]) => [name, ofProjects(projects)]));
  return new Map([...readings].map(([source, streams]) => [source, ofStreams(streams)]));
}

/**
 * A file a day: a run writes today's and those of the lookback, however many projects there are, and what is too old
 * is removed by its name.
 */
export function readingsFolder(root: string, clock: Clock): ReadingStore {
  const folder = new OutputFolder(root, { ownerOnly: true, clock });
  const nameOf = (day: string) => `${day}.json`;
  return {
    load: async (day) => (await readJsonFile(folder.path([nameOf(day)]), readingsFile))?.sources ?? new Map(),
    save: (day, readings) => {
      const text = mapText(
        new Map<string, unknown>(Object.entries({ version: VERSION, sources: asLists(readings) })),
      );
      return folder.replaceFile([nameOf(day)], (file) => file.write(text));
    },
    dropBefore: async (day) => {
      const names = await readdir(root).catch(() => []);
      for (const name of names)
        if (name.endsWith('.json') && name < nameOf(day)) await folder.removeFile([name]);
    },
  };
}
