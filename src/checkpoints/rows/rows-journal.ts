import { z } from 'zod';
import type { StateRow } from '../../catalogue/state-row.js';
import type { StateRows } from '../../catalogue/state-type.js';
import { ExportError } from '../../errors/export-error.js';
import { stampOf } from '../file/aside.js';
import type { AppendJournal, JournalKey } from '../journal/append-journal.js';
import { type PartitionStorage, partitionsAt } from '../journal/append-partition.js';
import { IdSet } from '../journal/id-set.js';
import { journalRefused } from '../journal/journal-file.js';
import { recordId } from '../journal/record-key.js';
import { jsonIn, rowName, rowText } from './row-text.js';

const DELIVERIES = 'deliveries';

/** Ids, 8 bytes each with the lowest first, as base64. */
const ids = z.string().transform((text, context): readonly bigint[] => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 8 !== 0 || bytes.toString('base64') !== text) {
    context.addIssue('is no list of ids');
    return z.NEVER;
  }
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readBigUInt64LE(8 * at));
});

/** A batch: what is about to leave, and when that was acknowledged, what is done with. */
const batch = z.union([
  z.strictObject({ intent: z.array(z.string()) }),
  z.strictObject({ delivered: ids, undelivered: ids.optional() }),
]);

/**
 * In rows: of a partition, a part for each batch. Before it leaves, its keys are kept; when it is acknowledged, 8 bytes a
 * record take their place. Only the last one can be in doubt.
 */
export function rowsJournal(rows: StateRows): AppendJournal {
  const open = partitionsAt((name) => partitionInRows(rows, name));
  const nameOf = ({ sink, stream, projectId, day }: JournalKey) => rowName(sink, stream, projectId, day);
  const drop = (names: readonly string[]) =>
    names.length === 0
      ? Promise.resolve()
      : rows.write({ dropped: names.map((name) => ({ kind: DELIVERIES, name })) });
  return {
    open: (key, ask) => open(nameOf(key), ask),
    forget: (key) => drop([nameOf(key)]),
    forgetSink: async (sink) => {
      const ofSink = rowName(sink).replace(/\]$/, ',');
      const names = await rows.names(DELIVERIES);
      await drop(names.filter((name) => name.startsWith(ofSink)));
    },
    setDamagedAside: async (nowMs) => {
      const aside: string[] = [];
      const kind = `${DELIVERIES}.${stampOf(nowMs)}`;
      for (const name of await rows.names(DELIVERIES)) {
        if (!isDamaged(await rows.read(DELIVERIES, name), rows.place)) continue;
        await rows.move(DELIVERIES, kind, name);
        aside.push(`rows of the kind ${kind} in ${rows.place}: ${name}`);
      }
      return aside;
    },
  };
}

async function partitionInRows(rows: StateRows, name: string): Promise<PartitionStorage> {
  const parts = await rows.read(DELIVERIES, name);
  const { delivered, undelivered, inDoubt } = batchesIn(parts, rows.place);
  let last = parts.length - 1;
  const keep = (value: unknown) =>
    rows.write({ rows: [{ kind: DELIVERIES, name, part: last, value: rowText(value) }] });
  return {
    delivered,
    undelivered,
    inDoubt,
    settle: (there) => keep({ delivered: idText(there) }),
    intend: async (keys) => {
      last += 1;
      await keep({ intent: keys });
    },
    done: (keys, without) => {
      const undeliveredKeys = keys.filter((key) => without.has(key));
      return keep({
        delivered: idText(keys.filter((key) => !without.has(key))),
        ...(undeliveredKeys.length > 0 && { undelivered: idText(undeliveredKeys) }),
      });
    },
    fold: async () => {}, // a batch that is done with is short already
    close: async () => {},
  };
}

/** What the parts of a partition say together. Throws `STATE_REFUSED` for what is damaged. */
export function batchesIn(parts: readonly StateRow[], place: string) {
  const delivered = new IdSet();
  const undelivered = new IdSet();
  let inDoubt: readonly string[] | undefined;
  for (const [at, row] of parts.entries()) {
    const where = `${row.name} in ${place}`;
    const found = batch.safeParse(jsonIn(row.value));
    const isAfterAll = row.part === at && inDoubt === undefined;
    if (!found.success || !isAfterAll) throw journalRefused(where, `it is damaged at batch ${row.part}`);
    if ('intent' in found.data) inDoubt = found.data.intent;
    else {
      for (const id of found.data.delivered) delivered.add(id);
      for (const id of found.data.undelivered ?? []) undelivered.add(id);
    }
  }
  return { delivered, undelivered, inDoubt };
}

/** True where they say nothing together. */
export function isDamaged(parts: readonly StateRow[], place: string): boolean {
  try {
    batchesIn(parts, place);
    return false;
  } catch (error) {
    if (error instanceof ExportError) return true;
    throw error;
  }
}

function idText(keys: readonly string[]): string {
  return idsText(keys.map(recordId));
}

/** Ids as a batch has them. */
export function idsText(ids: readonly bigint[]): string {
  const bytes = Buffer.alloc(8 * ids.length);
  for (const [at, id] of ids.entries()) bytes.writeBigUInt64LE(id, 8 * at);
  return bytes.toString('base64');
}
