/** A text, the chosen values, or what stands for all of them. */
export type VariableValue = string | readonly string[] | { readonly all: string };

/** @see grafana-sql.mjs */
export function grafanaSql(
  sql: string,
  range: {
    /** Milliseconds since 1970. */
    readonly from: number;
    readonly to: number;
    /** What is not named stays as it is. */
    readonly variables?: Readonly<Record<string, VariableValue>>;
  },
): string;
