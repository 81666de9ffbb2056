import type { Field, Row, Value } from '../../../src/streams/field.js';

/** A column of a table: a field of the stream, or one that is made of a field for Tableau's sake. */
export interface Column extends Field {
  readonly derive?: { readonly of: string; readonly value: (value: Value) => Value };
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
    /** The fields that the items are made of. */
    readonly fields: readonly string[];
    of(record: Row): readonly Row[];
  };
}
