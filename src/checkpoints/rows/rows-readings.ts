import { hash } from 'node:crypto';
import { z } from 'zod';
import type { RowKey, StateRow } from '../../catalogue/state-row.js';
import type { Day } from '../../time/day.js';
import { byName, inner } from '../by-name.js';
import type { ReadingStore, ReadingsOfDay } from '../checkpoint-store.js';
import type { LastReading } from '../checkpoints.js';
import { stateDamaged } from '../file/read-document.js';
import { asList, readingList } from '../file/reading-list.js';
import { parsedRow, rowName, rowText } from './row-text.js';
import type { StoredRows } from './stored-rows.js';

export const READINGS = 'last_readings';
/** Of a day, a part for each stream: so they were kept before, and what is left of it counts where there is nothing newer. */
export const OLDER_READINGS = 'readings';
export const READING_KINDS = [READINGS, OLDER_READINGS] as const;

/** The last readings of one project and day, by stream. */
export interface ReadingsOfProject {
  readonly source: string;
  readonly projectId: string;
  readonly streams: ReadonlyMap<string, LastReading>;
}

const ofProjects = z.array(
  z
    .tuple([z.string(), z.string(), byName(readingList)])
    .transform(([source, projectId, streams]): ReadingsOfProject => ({ source, projectId, streams })),
);
const ofStream = z.strictObject({ source: z.string(), stream: z.string(), projects: byName(readingList) });

/**
 * The last readings: of a day a part for each project, so that what one project changes is little, however many there are.
 */
export function readingsInRows(stored: () => StoredRows, place: string): ReadingStore {
  let older: Promise<Set<string>> | undefined;
  const olderNames = () => {
    older ??= stored()
      .names(OLDER_READINGS)
      .then((names) => new Set(names));
    return older;
  };
  return {
    load: async (day) => {
      const found: ReadingsOfDay = new Map();
      const isOlder = (await olderNames()).has(rowName(day));
      for (const row of isOlder ? await stored().read(OLDER_READINGS, rowName(day)) : [])
        addOlder(found, row, place);
      for (const row of await stored().read(READINGS, rowName(day)))
        for (const one of readingsIn(row, place)) addReadings(found, one);
      return found;
    },
    save: async (day, of) => {
      const name = rowName(day);
      const kept = await olderNames();
      const dropped = kept.has(name) ? [{ kind: OLDER_READINGS, name }] : [];
      await stored().write(rowsOf(day, byProject(of)), dropped);
      kept.delete(name);
    },
    dropBefore: async (day) => {
      for (const kind of READING_KINDS) {
        const old = (await stored().names(kind)).filter((name) => name < rowName(day));
        await stored().write(
          [],
          old.map((name) => ({ kind, name })),
        );
      }
    },
  };
}

/** Days of which readings are kept as they were before. */
export function olderDays(names: readonly string[]): readonly Day[] {
  return names.flatMap((name) => z.tuple([z.string()]).safeParse(JSON.parse(name)).data ?? []);
}

/** Where the readings of a project and day are. */
export function readingsKey(day: Day, source: string, projectId: string): RowKey {
  const digits = hash('sha256', rowName(source, projectId), 'hex').slice(0, 8);
  return { kind: READINGS, name: rowName(day), part: Number.parseInt(digits, 16) >>> 1 };
}

/** What a row says; of more than one project where their parts are the same by chance. */
export function readingsIn(row: StateRow, place: string): readonly ReadingsOfProject[] {
  const found = ofProjects.safeParse(parsedRow(row, place));
  if (!found.success) throw stateDamaged(place, `${row.kind} ${row.name} (${row.part})`);
  return found.data;
}

/** The text of a row that says that, and with what one project has of it come to these. */
export function readingsText(row: readonly ReadingsOfProject[], changed: ReadingsOfProject): string {
  const isOf = ({ source, projectId }: ReadingsOfProject) =>
    source === changed.source && projectId === changed.projectId;
  const before = row.find(isOf)?.streams ?? [];
  const streams = new Map([...before, ...changed.streams]);
  return textOf([...row.filter((one) => !isOf(one)), { ...changed, streams }]);
}

function textOf(readings: readonly ReadingsOfProject[]): string {
  return rowText(
    readings.map(({ source, projectId, streams }) => {
      const lists = [...streams].map(([stream, last]) => [stream, asList(last)]);
      return [source, projectId, Object.fromEntries(lists)];
    }),
  );
}

function rowsOf(day: Day, readings: readonly ReadingsOfProject[]): readonly StateRow[] {
  const rows = new Map<number, ReadingsOfProject[]>();
  for (const one of readings) {
    const { part } = readingsKey(day, one.source, one.projectId);
    rows.set(part, [...(rows.get(part) ?? []), one]);
  }
  const name = rowName(day);
  return [...rows].map(([part, of]) => ({ kind: READINGS, name, part, value: textOf(of) }));
}

function byProject(of: ReadingsOfDay): readonly ReadingsOfProject[] {
  return [...of].flatMap(([source, streams]) => {
    const projects = new Map<string, Map<string, LastReading>>();
    for (const [stream, readings] of streams)
      for (const [projectId, last] of readings) inner(projects, projectId).set(stream, last);
    return [...projects].map(([projectId, ofStreams]) => ({ source, projectId, streams: ofStreams }));
  });
}

function addReadings(to: ReadingsOfDay, { source, projectId, streams }: ReadingsOfProject): void {
  const ofSource = inner(to, source);
  for (const [stream, last] of streams) inner(ofSource, stream).set(projectId, last);
}

function addOlder(to: ReadingsOfDay, row: StateRow, place: string): void {
  const found = ofStream.safeParse(parsedRow(row, place));
  if (!found.success) throw stateDamaged(place, `${row.kind} ${row.name} (${row.part})`);
  const { source, stream, projects } = found.data;
  inner(to, source).set(stream, projects);
}
