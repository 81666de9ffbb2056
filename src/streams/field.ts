export type FieldType = 'string' | 'integer' | 'real' | 'boolean' | 'date' | 'timestamp' | 'strings';

export type Unit =
  | 'second'
  | 'hour'
  | 'millisecond'
  | 'dollar'
  | 'token'
  | 'character'
  | 'request'
  | 'attempt';

/** One column of a stream. Everything that lists columns (headers, schemas, docs) is made from these. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** A measure adds up or averages; a dimension groups. */
  readonly role: 'dimension' | 'measure';
  readonly description: string;
  readonly unit?: Unit;
  /** True where the source always gives a value; otherwise the value may be null. Default false. */
  readonly required?: boolean;
  /** True for data about a person. Default false. */
  readonly personal?: boolean;
}

/** The value of a field: text for dates and timestamps, null for what the source did not give. */
export type Value = string | number | boolean | readonly string[] | null;

/** One normalized record; its keys are the stream's fields in their order. */
export type Row = Readonly<Record<string, Value>>;

/** True where what holds these fields is about persons, and for nobody's eyes but the owner's. */
export function holdPersonalData(fields: readonly Field[]): boolean {
  return fields.some(({ personal }) => personal === true);
}
