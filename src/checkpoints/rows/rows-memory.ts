import { z } from 'zod';
import { inner } from '../by-name.js';
import type { MemoryStore, RememberedBySource } from '../checkpoint-store.js';
import { stateDamaged } from '../file/read-document.js';
import { jsonIn, parsedRow, rowName, rowText } from './row-text.js';
import type { StoredRows } from './stored-rows.js';

export const MEMORY = 'memory';

const names = z.tuple([z.string(), z.string()]);

/** What sources remember: a row a source and project. */
export function memoryInRows(stored: () => StoredRows, place: string): MemoryStore {
  return {
    load: async () => {
      const remembered: RememberedBySource = new Map();
      for (const row of await stored().read(MEMORY)) {
        const of = names.safeParse(jsonIn(row.name));
        if (!of.success) throw stateDamaged(place, `${MEMORY} ${row.name}`);
        const [source, projectId] = of.data;
        inner(remembered, source).set(projectId, parsedRow(row, place));
      }
      return remembered;
    },
    save: (remembered) =>
      stored().write(
        [...remembered].flatMap(([source, projects]) =>
          [...projects].map(([projectId, value]) => ({
            kind: MEMORY,
            name: rowName(source, projectId),
            part: 0,
            value: rowText(value),
          })),
        ),
      ),
  };
}
