import { z } from 'zod';
import type { StateRows } from '../../catalogue/state-type.js';
import type { Day } from '../../time/day.js';
import { inner } from '../by-name.js';
import type { CheckpointStore } from '../checkpoint-store.js';
import { stampOf } from '../file/aside.js';
import { documentIn, stateDamaged } from '../file/read-document.js';
import type { StateDocument } from '../file/state-document.js';
import { jsonIn, parsedRow, rowName, rowText } from './row-text.js';
import { rowsJournal } from './rows-journal.js';
import { MEMORY, memoryInRows } from './rows-memory.js';
import { READING_KINDS, readingsInRows } from './rows-readings.js';
import { sharedRowsStore } from './rows-shared.js';
import { StoredRows } from './stored-rows.js';

/** Of the document: one row says what it is, and one a stream and project of a source which days its sinks have. */
const CHECKPOINTS = 'checkpoints';
const HEAD = rowName();
const namesOfDays = z.tuple([z.string(), z.string(), z.string()]);

/**
 * Checkpoints in rows, such as those of a database. A day that is delivered changes one row of them, however many
 * projects there are.
 *
 * @param options.firstDay before which the source has nothing: a state with an earlier day is refused. Default: any
 * @param options.source that is read
 */
export function rowsStore(
  rows: StateRows,
  { source, firstDay = '' }: { readonly source: string; readonly firstDay?: Day },
): CheckpointStore {
  let stored = new StoredRows(rows);
  /** Names that have a row; undefined where that is not known. */
  let known: ReadonlySet<string> | undefined;
  const { place } = rows;
  const store: CheckpointStore = {
    place,
    check: (signal) => rows.check(signal),
    lock: async (options) => {
      const lock = await rows.lock(options);
      // What was read before may have changed since.
      stored = new StoredRows(rows);
      known = undefined;
      return lock;
    },
    load: async () => {
      const found = await stored.read(CHECKPOINTS);
      known = new Set(found.map(({ name }) => name));
      if (found.length === 0) return undefined;
      const values = new Map(found.map((row) => [row.name, parsedRow(row, place)]));
      return documentIn(documentOf(values, place), place, { source, firstDay });
    },
    save: async (document) => {
      known ??= new Set(await rows.names(CHECKPOINTS));
      const values = valuesOf(document);
      const written = [...values].map(([name, value]) => ({ kind: CHECKPOINTS, name, part: 0, value }));
      const gone = [...known].filter((name) => !values.has(name));
      await stored.write(
        written,
        gone.map((name) => ({ kind: CHECKPOINTS, name })),
      );
      known = new Set(values.keys());
    },
    journal: rowsJournal(rows),
    readings: readingsInRows(() => stored, place),
    memory: memoryInRows(() => stored, place),
    setAside: async (nowMs) => {
      const stamp = stampOf(nowMs);
      // First, as with files: what lags behind a state does no harm.
      for (const kind of [...READING_KINDS, MEMORY]) await rows.move(kind, `${kind}.${stamp}`);
      if ((await rows.names(CHECKPOINTS)).length === 0) return undefined;
      const aside = `${CHECKPOINTS}.${stamp}`;
      await rows.move(CHECKPOINTS, aside);
      return `rows of the kind ${aside} in ${place}`;
    },
    ...(rows.givenUp && { givenUp: rows.givenUp }),
    dispose: () => rows.dispose(),
  };
  const { shared } = rows;
  if (shared === undefined) return store;
  const document = { kind: CHECKPOINTS, head: HEAD };
  return { ...store, shared: sharedRowsStore({ rows, shared, store, document, firstDay }) };
}

/** The text of each row, by its name. */
function valuesOf({ sources, sinks, ...head }: StateDocument): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [source, streams] of sources)
    for (const [stream, projects] of streams)
      for (const [projectId, days] of projects)
        values.set(rowName(source, stream, projectId), rowText(Object.fromEntries(days)));
  const rows = values.size;
  return values.set(HEAD, rowText({ ...head, sinks: Object.fromEntries(sinks), rows }));
}

/** What the rows say together, to be looked at as what a file says. */
function documentOf(values: ReadonlyMap<string, unknown>, place: string): unknown {
  const sources = new Map<string, Map<string, Map<string, unknown>>>();
  for (const [name, days] of values) {
    if (name === HEAD) continue;
    const names = namesOfDays.safeParse(jsonIn(name));
    if (!names.success) throw stateDamaged(place, `${CHECKPOINTS} ${name}`);
    const [source, stream, projectId] = names.data;
    inner(inner(sources, source), stream).set(projectId, days);
  }
  const { rows, ...head } = Object(values.get(HEAD)) as Readonly<Record<string, unknown>>;
  // Where the head is missing, the version that is not there says so.
  if (values.has(HEAD) && rows !== values.size - 1) throw stateDamaged(place, 'rows');
  return { ...head, sources: asObjects(sources) };
}

/** Maps of maps as JSON would have given them. */
function asObjects(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([name, of]) => [name, asObjects(of)]));
}
