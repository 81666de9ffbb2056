import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OutputFolder } from '../../files/output-folder.js';
import { byName, mapText } from '../by-name.js';
import type { ReadingStore } from '../checkpoint-store.js';

const VERSION = 1;

const readingsFile = z.strictObject({
  version: z.literal(VERSION),
  sources: byName(byName(byName(z.tuple([z.number(), z.int().min(0), z.record(z.string(), z.number())])))),
});

/**
 * A file a day: a run writes today's and those of the lookback, however many projects there are, and what is too old
 * is removed by its name.
 */
export function readingsFolder(root: string): ReadingStore {
  const folder = new OutputFolder(root);
  const nameOf = (day: string) => `${day}.json`;
  return {
    load: async (day) => {
      const text = await readFile(folder.path([nameOf(day)]), 'utf8').catch((error) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      return text === undefined ? new Map() : readingsFile.parse(JSON.parse(text)).sources;
    },
    save: (day, readings) => {
      const text = mapText(new Map<string, unknown>(Object.entries({ version: VERSION, sources: readings })));
      return folder.replaceFile([nameOf(day)], (file) => file.write(text));
    },
    dropBefore: async (day) => {
      const names = await readdir(root).catch(() => []);
      for (const name of names)
        if (name.endsWith('.json') && name < nameOf(day)) await folder.removeFile([name]);
    },
  };
}
