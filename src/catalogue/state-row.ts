/** One thing that is remembered. What its parts mean is the core's business. */
export interface StateRow {
  /** What it is, such as `checkpoints`. */
  readonly kind: string;
  /** Which one of them. */
  readonly name: string;
  /** Which part of that, from 0. */
  readonly part: number;
  /** Text without U+0000. */
  readonly value: string;
}

/** One thing, with all its parts. */
export type StateName = Pick<StateRow, 'kind' | 'name'>;

/** One part of one thing. */
export type RowKey = Omit<StateRow, 'value'>;
