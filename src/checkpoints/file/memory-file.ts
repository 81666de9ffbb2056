import { z } from 'zod';
import type { Output } from '../../files/output.js';
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
export function memoryInFile(name: string, folder: Output): MemoryStore {
  return {
    load: async () => (await readJsonFile(folder, [name], memoryFile))?.sources ?? new Map(),
    save: (remembered) => {
      const text = mapText(
        new Map<string, unknown>(Object.entries({ version: VERSION, sources: remembered })),
      );
      return folder.replaceFile([name], (file) => file.write(`${text}\n`));
    },
  };
}
