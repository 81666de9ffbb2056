import { z } from 'zod';
import type { RowKey, RowTransaction, SharedRows, StateRow, StateRows } from '../../catalogue/state-type.js';
import type { Day } from '../../time/day.js';
import { byName } from '../by-name.js';
import type { CheckpointStore, SharedStore } from '../checkpoint-store.js';
import type { KeptChanges, TablePlace } from '../checkpoint-table.js';
import { stateDamaged } from '../file/read-document.js';
import { STATE_VERSION, type StateDocument, stateSchemas } from '../file/state-document.js';
import { type DaysOfSinks, mergeSinks } from '../shared/merge-days.js';
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
    save: ({ table, readings, updatedAt }) =>
      shared.alone(async (transaction) => {
        const found = await foundBy(transaction, [
          headKey,
          ...table.rows.map(({ place: of }) => keyOf(of)),
          ...readings.map(({ day, source, projectId }) => readingsKey(day, source, projectId)),
        ]);
        const head = parsed(found(headKey), headRow);
        const written: StateRow[] = [];
        const dropped: RowKey[] = [];
        let count = head?.rows ?? 0;
        const kept = table.rows.map(({ place: of, change }) => {
          const key = keyOf(of);
          const before = found(key);
          const merged = mergeSinks({ ...change, theirs: sinksIn(before) });
          if (merged.size > 0) written.push({ ...key, value: rowText(Object.fromEntries(merged)) });
          else if (before) dropped.push(key);
          count += Number(merged.size > 0) - Number(before !== undefined);
          return { place: of, kept: merged };
        });
        const sinks = mergeNames({ ...table.sinks, theirs: head?.sinks ?? new Map() });
        const ciRun = table.ciRun ?? head?.ci_run;
        written.push({
          ...headKey,
          value: rowText({
            version: STATE_VERSION,
            updated_at: updatedAt,
            ...(ciRun && { ci_run: ciRun }),
            sinks: Object.fromEntries(sinks),
            rows: count,
          } satisfies Omit<StateDocument, 'sources' | 'sinks'> & Record<string, unknown>),
        });
        // Two projects may be in one row.
        const texts = new Map<string, { readonly key: RowKey; value: string }>();
        for (const { day, source, projectId, streams } of readings) {
          const key = readingsKey(day, source, projectId);
          const name = nameOf(key);
          const before = texts.get(name)?.value ?? found(key)?.value;
          const row = before === undefined ? [] : readingsIn({ ...key, value: before }, place);
          texts.set(name, { key, value: readingsText(row, { source, projectId, streams }) });
        }
        for (const { key, value } of texts.values()) written.push({ ...key, value });
        await transaction.write({ rows: written, dropped });
        return { rows: kept, sinks } satisfies KeptChanges;
      }),
    read: async (of) => {
      const [row] = await rows.read(document.kind, keyOf(of).name);
      return sinksIn(row);
    },
    readings: async (day, source, projectId) => {
      const key = readingsKey(day, source, projectId);
      const [row] = await rows.read(key.kind, key.name, key.part);
      const ofProjects = row === undefined ? [] : readingsIn(row, place);
      const own = ofProjects.find((one) => one.source === source && one.projectId === projectId);
      return own?.streams ?? new Map();
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

async function foundBy(
  transaction: RowTransaction,
  keys: readonly RowKey[],
): Promise<(key: RowKey) => StateRow | undefined> {
  const rows = new Map((await transaction.find(keys)).map((row) => [nameOf(row), row]));
  return (key) => rows.get(nameOf(key));
}

function nameOf({ kind, name, part }: RowKey): string {
  return JSON.stringify([kind, name, part]);
}
