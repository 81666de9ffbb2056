import { z } from 'zod';
import type { PartitionCheckpoint } from '../../catalogue/partition-checkpoint.js';
import type { RowKey, StateRow } from '../../catalogue/state-row.js';
import type { RowTransaction, SharedRows, StateRows } from '../../catalogue/state-type.js';
import type { Day } from '../../time/day.js';
import { byName } from '../by-name.js';
import type { CheckpointStore, CommittedDay, ReadingsChange, SharedStore } from '../checkpoint-store.js';
import type { KeptChanges, TableChanges, TablePlace } from '../checkpoint-table.js';
import type { LastReading } from '../checkpoints.js';
import { stateDamaged } from '../file/read-document.js';
import { STATE_VERSION, type StateDocument, stateSchemas } from '../file/state-document.js';
import { sameSince } from '../last-readings.js';
import { type DaysOfSinks, mergeSinks, withDayOf } from '../shared/merge-days.js';
import { mergeNames } from '../shared/merge-names.js';
import { parsedRow, rowName, rowText } from './row-text.js';
import { MEMORY } from './rows-memory.js';
import { OLDER_READINGS, olderDays, readingsIn, readingsKey, readingsText } from './rows-readings.js';

/** The rows of a document, as the store that has it alone writes them. */
export interface DocumentRows {
  readonly kind: string;
  /** The name of the row that says what it is. */
  readonly head: string;
}

type Found = (key: RowKey) => StateRow | undefined;

/** What is to become of rows, by what they are then. */
interface Merging {
  readonly places: readonly { readonly place: TablePlace; merge(theirs: DaysOfSinks): DaysOfSinks }[];
  readonly readings: readonly ReadingsChange[];
  /** Left out where nothing of it was changed. */
  readonly sinks?: TableChanges['sinks'];
  readonly ciRun?: TableChanges['ciRun'];
  readonly updatedAt: string;
}

interface Sharing {
  readonly rows: StateRows;
  readonly shared: SharedRows;
  readonly store: Pick<CheckpointStore, 'load' | 'save' | 'readings'>;
  readonly document: DocumentRows;
  readonly firstDay: Day;
}

/** Rows that several processes change: each reads what it changes as it is now, and writes what that and its own come to. */
export function sharedRowsStore({ rows, shared, store, document, firstDay }: Sharing): SharedStore {
  const { place } = rows;
  const { writer } = shared;
  const { stateDocument, knownDays } = stateSchemas(firstDay);
  const ofSinks = byName(knownDays);
  const headRow = stateDocument.omit({ sources: true }).extend({ rows: z.int().min(0) });
  const headKey: RowKey = { kind: document.kind, name: document.head, part: 0 };
  const keyOf = ({ source, stream, projectId }: TablePlace): RowKey => ({
    kind: document.kind,
    name: rowName(source, stream, projectId),
    part: 0,
  });
  const parsed = <Value>(row: StateRow | undefined, schema: z.ZodType<Value>): Value | undefined => {
    if (row === undefined) return undefined;
    const found = schema.safeParse(parsedRow(row, place));
    if (!found.success) throw stateDamaged(place, `${row.kind} ${row.name}`);
    return found.data;
  };
  const sinksIn = (row: StateRow | undefined): DaysOfSinks => parsed(row, ofSinks) ?? new Map();
  const projectsIn = (row: StateRow | undefined) => (row === undefined ? [] : readingsIn(row, place));
  const streamsOf = (row: StateRow | undefined, source: string, projectId: string) => {
    const own = projectsIn(row).find((one) => one.source === source && one.projectId === projectId);
    return own?.streams ?? new Map<string, LastReading>();
  };

  /** The rows that it comes to, and what these say then. */
  const merged = (found: Found, { places, readings, sinks, ciRun, updatedAt }: Merging) => {
    const head = parsed(found(headKey), headRow);
    const written: StateRow[] = [];
    const dropped: RowKey[] = [];
    let count = head?.rows ?? 0;
    const kept = places.map(({ place: of, merge }) => {
      const key = keyOf(of);
      const before = found(key);
      const after = merge(sinksIn(before));
      if (after.size > 0) written.push({ ...key, value: rowText(Object.fromEntries(after)) });
      else if (before) dropped.push(key);
      count += Number(after.size > 0) - Number(before !== undefined);
      return { place: of, kept: after };
    });
    const known = head?.sinks ?? new Map();
    const keptSinks = sinks ? mergeNames({ ...sinks, theirs: known }) : known;
    const keptRun = ciRun ?? head?.ci_run;
    written.push({
      ...headKey,
      value: rowText({
        version: STATE_VERSION,
        updated_at: updatedAt,
        ...(keptRun && { ci_run: keptRun }),
        sinks: Object.fromEntries(keptSinks),
        rows: count,
      } satisfies Omit<StateDocument, 'sources' | 'sinks'> & Record<string, unknown>),
    });
    // Two projects may be in one row.
    const texts = new Map<string, StateRow>();
    for (const { day, source, projectId, streams } of readings) {
      const key = readingsKey(day, source, projectId);
      const name = nameOf(key);
      const row = projectsIn(texts.get(name) ?? found(key));
      texts.set(name, { ...key, value: readingsText(row, { source, projectId, streams }) });
    }
    written.push(...texts.values());
    return { written, dropped, kept: { rows: kept, sinks: keptSinks } satisfies KeptChanges };
  };

  const checkpointFor = (
    writer: object,
    { source, key: { sink, stream, projectId }, day, days, reading, updatedAt }: CommittedDay,
  ): PartitionCheckpoint => {
    const of: TablePlace = { source, stream, projectId };
    const merge = (theirs: DaysOfSinks) => new Map(theirs).set(sink, withDayOf(theirs.get(sink), day, days));
    const readingsOf = (found: Found): readonly ReadingsChange[] => {
      if (day === null || reading === undefined) return [];
      const before = streamsOf(found(readingsKey(day, source, projectId)), source, projectId).get(stream);
      const last = { ...reading, sameSinceMs: sameSince(reading, before) };
      return [{ day, source, projectId, streams: new Map([[stream, last]]) }];
    };
    return {
      writer,
      keys: [headKey, keyOf(of), ...(day === null ? [] : [readingsKey(day, source, projectId)])],
      rows: (found) => {
        // Without it there is no state yet: where sinks deliver to would be missing in it.
        if (found(headKey) === undefined) return [];
        return merged(found, { places: [{ place: of, merge }], readings: readingsOf(found), updatedAt })
          .written;
      },
    };
  };

  return {
    begin: async () => {
      for (const day of olderDays(await rows.names(OLDER_READINGS)))
        await store.readings.save(day, await store.readings.load(day));
      const [head] = await rows.read(document.kind, document.head);
      const found = head && (parsedRow(head, place) as { readonly version?: unknown } | null);
      if (head === undefined || found?.version === STATE_VERSION) return;
      const older = await store.load();
      if (older) await store.save(older);
    },
    save: ({ table: { rows: changed, sinks, ciRun }, readings, updatedAt }) =>
      shared.alone(async (transaction) => {
        const places = changed.map(({ place: of, change }) => ({
          place: of,
          merge: (theirs: DaysOfSinks) => mergeSinks({ ...change, theirs }),
        }));
        const found = await foundBy(transaction, [
          headKey,
          ...places.map((one) => keyOf(one.place)),
          ...readings.map(({ day, source, projectId }) => readingsKey(day, source, projectId)),
        ]);
        const { written, dropped, kept } = merged(found, { places, readings, sinks, ciRun, updatedAt });
        await transaction.write({ rows: written, dropped });
        return kept;
      }),
    ...(writer && { checkpoint: (committed) => checkpointFor(writer, committed) }),
    read: async (of) => {
      const [row] = await rows.read(document.kind, keyOf(of).name);
      return sinksIn(row);
    },
    readings: async (day, source, projectId) => {
      const key = readingsKey(day, source, projectId);
      const [row] = await rows.read(key.kind, key.name, key.part);
      return streamsOf(row, source, projectId);
    },
    memory: async (source, projectId) => {
      const [row] = await rows.read(MEMORY, rowName(source, projectId));
      return row && parsedRow(row, place);
    },
    saveMemory: (source, changes, merge) =>
      shared.alone(async (transaction) => {
        const memoryKey = (projectId: string): RowKey => ({
          kind: MEMORY,
          name: rowName(source, projectId),
          part: 0,
        });
        const found = await foundBy(
          transaction,
          changes.map(({ projectId }) => memoryKey(projectId)),
        );
        const written = changes.map(({ projectId, base, mine }) => {
          const row = found(memoryKey(projectId));
          const theirs = row && parsedRow(row, place);
          const value = theirs === undefined ? mine : merge({ base, mine, theirs });
          return { ...memoryKey(projectId), value: rowText(value) };
        });
        await transaction.write({ rows: written });
      }),
    claim: (name) => shared.claim(name),
  };
}

async function foundBy(transaction: RowTransaction, keys: readonly RowKey[]): Promise<Found> {
  const rows = new Map((await transaction.find(keys)).map((row) => [nameOf(row), row]));
  return (key) => rows.get(nameOf(key));
}

function nameOf({ kind, name, part }: RowKey): string {
  return JSON.stringify([kind, name, part]);
}
