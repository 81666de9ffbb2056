/** Facts beside a message, for the JSON log. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where the parts of the program say what they do. What is said is masked before it leaves the process. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
