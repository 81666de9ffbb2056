import { z } from 'zod';
import { byName, inner } from '../by-name.js';
import type { ReadingStore, ReadingsOfDay } from '../checkpoint-store.js';
import { stateDamaged } from '../file/read-document.js';
import { asList, readingList } from '../file/reading-list.js';
import { parsedRow, rowName, rowText } from './row-text.js';
import type { StoredRows } from './stored-rows.js';

export const READINGS = 'readings';

const readings = z.strictObject({ source: z.string(), stream: z.string(), projects: byName(readingList) });

/** The last readings: of a day, a part for each stream. */
export function readingsInRows(stored: () => StoredRows, place: string): ReadingStore {
  return {
    load: async (day) => {
      const found: ReadingsOfDay = new Map();
      for (const row of await stored().read(READINGS, rowName(day))) {
        const one = readings.safeParse(parsedRow(row, place));
        if (!one.success) throw stateDamaged(place, `${READINGS} ${row.name} (${row.part})`);
        const { source, stream, projects } = one.data;
        inner(found, source).set(stream, projects);
      }
      return found;
    },
    save: (day, of) => {
      const name = rowName(day);
      const values = [...of].flatMap(([source, streams]) =>
        [...streams].map(([stream, projects]) => {
          const lists = [...projects].map(([id, last]) => [id, asList(last)]);
          return rowText({ source, stream, projects: Object.fromEntries(lists) });
        }),
      );
      return stored().write(values.map((value, part) => ({ kind: READINGS, name, part, value })));
    },
    dropBefore: async (day) => {
      const names = await stored().names(READINGS);
      const old = names.filter((name) => name < rowName(day));
      await stored().write(
        [],
        old.map((name) => ({ kind: READINGS, name })),
      );
    },
  };
}
