import type { Field, Row, Value } from '../../src/records/field.js';
import type { Stream } from '../../src/records/stream.js';
import { requestTables } from './request-tables.js';

/** A column of a table: a field of the stream, or one that is made of the record for Tableau's sake. */
export interface Column extends Field {
  readonly derive?: (record: Row) => Value;
}

/** One CSV table. A stream has one of its own name, and may have child tables beside it. */
export interface Table {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** The columns that tell two rows apart. */
  readonly key: readonly string[];
  /** Makes it a child table: for each of the record's items the row is the record's own key, and then these. */
  readonly items?: {
    readonly columns: readonly Column[];
    of(record: Row): readonly Row[];
  };
}

/** The tables of a stream, its own first. */
export function tablesOf(stream: Stream): readonly [Table, ...Table[]] {
  const own = { name: stream.name, description: stream.description, columns: stream.fields, key: stream.key };
  return stream.name === 'requests' ? requestTables(own) : [own];
}
