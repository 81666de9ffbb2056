import type { Row, Value } from '../streams/field.js';
import { PARTITION_FIELDS, type Stream } from '../streams/stream.js';
import { type Group, type GroupedRow, GroupTable } from './group-table.js';
import { memoizeByGroups } from './memoize.js';

/** Neighbouring fields: columns of one group table where they repeat, else one field alone. */
export interface ColumnRun {
  readonly names: readonly string[];
  readonly repeats: boolean;
}

/**
 * Dictionary encoding of a stream's columns that repeat. Most of what a record says has been said by others before it:
 * the model, the key, the tags. Records that agree in some neighbouring columns are of one group there, so that what is
 * made of those columns is made once for the group.
 */
export class Dictionary {
  readonly stream: Stream;
  readonly #names: readonly string[];
  readonly #tables: readonly GroupTable[];
  readonly #batches = new WeakMap<readonly Row[], readonly GroupedRow[]>();
  #slots = 0;

  constructor(stream: Stream) {
    this.stream = stream;
    this.#names = stream.fields.map(({ name }) => name);
    this.#tables = repeatingColumns(stream).map((columns) => new GroupTable(columns));
  }

  /** The records of a batch with their groups; asked for once more, by another sink, they are the same. */
  groupRows(batch: readonly Row[]): readonly GroupedRow[] {
    const known = this.#batches.get(batch) ?? batch.map((row) => this.#grouped(row));
    this.#batches.set(batch, known);
    return known;
  }

  /** Where a field stands among the values of a record. */
  positionOf(name: string): number {
    const position = this.#names.indexOf(name);
    if (position < 0) throw new Error(`${this.stream.name} has no field ${name}`);
    return position;
  }

  /** Cuts a list of fields into runs of those that share a group table, and single ones that do not repeat. */
  columnRuns(names: readonly string[]): ColumnRun[] {
    const runs: { names: string[]; table: number }[] = [];
    for (const name of names) {
      const table = this.#tableOf(name);
      const last = runs.at(-1);
      if (last !== undefined && table >= 0 && last.table === table) last.names.push(name);
      else runs.push({ names: [name], table });
    }
    return runs.map(({ names, table }) => ({ names, repeats: table >= 0 }));
  }

  /**
   * Makes the same as `make`, but only once for records that are of the same groups. To be called while an encoder is
   * made, never for a batch: each call takes a slot in the groups, which is not given back.
   *
   * @param fields what `make` looks at; each must be one that repeats
   */
  memoize<Made extends object>(
    fields: readonly string[],
    make: (row: Row) => Made,
  ): (record: GroupedRow) => Made {
    const slot = this.#slots;
    this.#slots += 1;
    const [first = 0, ...others] = new Set(fields.map((name) => this.#repeating(name)));
    return memoizeByGroups(slot, [first, ...others], make);
  }

  #grouped(row: Row): GroupedRow {
    const values = valuesOf(row, this.#names);
    const tables = this.#tables;
    const groups: Group[] = [];
    for (let table = 0; table < tables.length; table += 1) {
      groups.push((tables[table] as GroupTable).groupOf(values));
    }
    return { row, values, groups };
  }

  #repeating(name: string): number {
    const table = this.#tableOf(name);
    if (table < 0) throw new Error(`${name} of ${this.stream.name} is no field that repeats`);
    return table;
  }

  /** Negative for a field that does not repeat. */
  #tableOf(name: string): number {
    const position = this.positionOf(name);
    return this.#tables.findIndex(({ columns }) => columns.includes(position));
  }
}

/** The dictionary of a stream, which is the same for all who ask. */
export function dictionaryOf(stream: Stream): Dictionary {
  const known = dictionaries.get(stream) ?? new Dictionary(stream);
  dictionaries.set(stream, known);
  return known;
}

const dictionaries = new WeakMap<Stream, Dictionary>();

/** By their names, unless they stand in the stream's order: then all at once, which takes a third of the time. */
function valuesOf(row: Row, names: readonly string[]): readonly Value[] {
  let position = 0;
  for (const name in row) {
    if (name !== names[position]) break;
    position += 1;
  }
  return position === names.length ? Object.values(row) : names.map((name) => row[name] ?? null);
}

/** Neighbouring columns of one group table: with more of them its groups would be smaller, with fewer save less. */
const MAX_COLUMNS = 6;

/** Runs of neighbours among the fields that repeat: dimensions, but for moments and for what tells records apart. */
function repeatingColumns({ fields, key }: Stream): number[][] {
  const runs: number[][] = [];
  let open: number[] | undefined;
  for (const [position, { name, role, type }] of fields.entries()) {
    const isUnique = key.includes(name) && !PARTITION_FIELDS.has(name);
    if (role !== 'dimension' || type === 'timestamp' || isUnique) {
      open = undefined;
      continue;
    }
    if (open === undefined || open.length === MAX_COLUMNS) {
      open = [];
      runs.push(open);
    }
    open.push(position);
  }
  return runs;
}
