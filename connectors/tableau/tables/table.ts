import type { Field, Row, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

/** A column of a table: a field of the stream, or one that is made of a field for Tableau's sake. */
export interface Column extends Field {
  readonly derive?: { readonly of: string; readonly value: (value: Value) => Value };
}

/** One CSV table. A stream has one of its own name, and may have child tables beside it. */
export interface Table {
  readonly name: string;
  readonly description: string;
  /** See {@link Stream}. */
  readonly use?: string | undefined;
  /** What the stream is about, in the source's word: `usage` for `usage_by_endpoint`. */
  readonly subject: string;
  readonly columns: readonly Column[];
  /** The columns that tell two rows apart. */
  readonly key: readonly string[];
  /** Makes it a child table: a row for each of the record's items, with some columns of the record around it. */
  readonly items?: {
    /** The table of the records. */
    readonly parent: Table;
    readonly before: readonly Column[];
    readonly columns: readonly Column[];
    readonly after: readonly Column[];
    /** The fields that the items are made of. */
    readonly fields: readonly string[];
    of(record: Row): readonly Row[];
  };
}
