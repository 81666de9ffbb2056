import { z } from 'zod';
import type { Output } from '../../files/output.js';
import { byName, mapText } from '../by-name.js';
import type { ReadingStore, ReadingsOfDay } from '../checkpoint-store.js';
import type { LastReading } from '../checkpoints.js';
import { readJsonFile } from './json-file.js';
import { asList, readingList } from './reading-list.js';

const VERSION = 1;

const readingsFile = z.strictObject({
  version: z.literal(VERSION),
  sources: byName(byName(byName(readingList))),
});

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
export function readingsFolder(folder: Output): ReadingStore {
  const nameOf = (day: string) => `${day}.json`;
  return {
    load: async (day) => (await readJsonFile(folder, [nameOf(day)], readingsFile))?.sources ?? new Map(),
    save: (day, readings) => {
      const text = mapText(
        new Map<string, unknown>(Object.entries({ version: VERSION, sources: asLists(readings) })),
      );
      return folder.replaceFile([nameOf(day)], (file) => file.write(text));
    },
    dropBefore: async (day) => {
      const names = (await folder.entries([])).map(({ name }) => name);
      const old = names.filter((name) => name.endsWith('.json') && name < nameOf(day));
      await folder.removeFiles(old.map((name) => [name]));
    },
  };
}
