import { basename } from 'node:path';
import { z } from 'zod';
import type { OutputFolder } from '../../files/output-folder.js';
import { byName, mapText } from '../by-name.js';
import type { MemoryStore } from '../checkpoint-store.js';
import { readJsonFile } from './json-file.js';

const VERSION = 1;

const memoryFile = z.strictObject({
  version: z.literal(VERSION),
  sources: byName(byName(z.unknown())),
});

/**
 * What sources remember, in one file.
 *
 * @param folder that it is in
 */
export function memoryInFile(path: string, folder: OutputFolder): MemoryStore {
  return {
    load: async () => (await readJsonFile(path, memoryFile))?.sources ?? new Map(),
    save: (remembered) => {
      const text = mapText(
        new Map<string, unknown>(Object.entries({ version: VERSION, sources: remembered })),
      );
      return folder.replaceFile([basename(path)], (file) => file.write(`${text}\n`));
    },
  };
}
