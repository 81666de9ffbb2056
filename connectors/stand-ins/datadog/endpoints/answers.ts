import { STATUS_CODES } from 'node:http';

export interface Answer {
  readonly status: number;
  /** JSON, or the text of a page. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function found(body: object): Answer {
  return { status: 200, body };
}

/** As everything but the intake of logs says what is wrong. */
export function refused(status: number, ...errors: readonly string[]): Answer {
  return { status, body: { errors } };
}

/** As the intake of logs says it. */
export function refusedLogs(status: number, detail: string): Answer {
  return {
    status,
    body: { errors: [{ status: String(status), title: STATUS_CODES[status] ?? '', detail }] },
  };
}

export const NOT_FOUND: Answer = refused(404, 'Not found');

/** A whole number of a query; `otherwise` where there is none. */
export function wholeOf(query: URLSearchParams, name: string, otherwise: number): number {
  const value = query.get(name);
  return value === null ? otherwise : Number.parseInt(value, 10);
}
