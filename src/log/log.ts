/** Facts beside a message, for the JSON log. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where the parts of the program say what they do. What is said is masked before it leaves the process. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** A warning that the summary of a run says at its end as well, where there is one. */
  note(message: string): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, note() {}, error() {} };
