import { hash } from 'node:crypto';
import type { SourceFindings } from '../../catalogue/source.js';
import type { Log } from '../../log/log.js';

/** Names kept of a stream's unknown fields: a hostile answer must not fill the memory. */
const MOST_NAMES = 50;

/** Records kept of which something could not be understood, each of which counts once. */
const MOST_RECORDS = 10_000;

/** Collects what a source notices and does not fail for; each thing is logged once. */
export class Findings {
  readonly #log: Log;
  readonly #rejected = new Map<string, { count: number; example: string }>();
  /** What was not understood of which records. */
  readonly #counted = new Set<string>();
  readonly #unknown = new Map<string, Set<string>>();
  readonly #forms = new Map<string, Map<string, { count: number; example: string }>>();
  readonly #warnings = new Set<string>();
  readonly #incomplete = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** A record that cannot be understood, and why; one that is read again counts once. */
  reject(stream: string, reason: string, record: unknown): void {
    if (this.#wasCounted(stream, record)) return;
    const known = this.#rejected.get(stream);
    if (known) {
      known.count += 1;
      return;
    }
    this.#rejected.set(stream, { count: 1, example: `${reason}: ${sketch(record)}` });
    this.#log.note(`${stream}: a record was left out, ${reason}`);
  }

  /** Names the fields of an object that this program does not know, so that a change of the source is seen. */
  noteUnknownFields(
    stream: string,
    prefix: string,
    object: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
  ): void {
    for (const name in object) {
      if (!known.has(name)) this.#unknownField(stream, prefix + name);
    }
  }

  /**
   * A field that this program knows, in a form that it does not: it could not be read, or not all of it. Counts once for
   * a record that is read again.
   *
   * @param field its name in the source; one of a few, and never the source's own word
   */
  unknownForm(stream: string, field: string, value: unknown, record: unknown): void {
    if (this.#wasCounted(`${stream} ${field}`, record)) return;
    const fields = this.#forms.get(stream) ?? new Map();
    this.#forms.set(stream, fields);
    const known = fields.get(field);
    if (known) known.count += 1;
    else fields.set(field, { count: 1, example: formOf(value) });
  }

  warn(message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    this.#log.note(message);
  }

  /** What may not be whole although it could be read: the run says so and ends as incomplete. */
  incomplete(message: string): void {
    if (this.#incomplete.has(message)) return;
    this.#incomplete.add(message);
    this.#log.note(message);
  }

  result(): SourceFindings {
    return {
      rejected: this.#rejected,
      unknownFields: new Map([...this.#unknown].map(([stream, names]) => [stream, [...names].sort()])),
      unknownForms: this.#forms,
      warnings: [...this.#warnings],
      incomplete: [...this.#incomplete],
    };
  }

  /** True where the same was counted of this record before. What is no object cannot be told apart, and counts each time. */
  #wasCounted(what: string, record: unknown): boolean {
    if (typeof record !== 'object' || record === null) return false;
    const key = `${what} ${requestIdOf(record) ?? hash('sha256', JSON.stringify(record), 'base64')}`;
    if (this.#counted.has(key)) return true;
    if (this.#counted.size < MOST_RECORDS) this.#counted.add(key);
    return false;
  }

  #unknownField(stream: string, name: string): void {
    const names = this.#unknown.get(stream) ?? new Set();
    this.#unknown.set(stream, names);
    if (names.size < MOST_NAMES) names.add(name.slice(0, 80));
  }
}

/** What a value is: enough to look for it, and none of what somebody did not want exported. */
function formOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)) return 'a fraction';
  return FORMS[typeof value] ?? 'something else';
}

const FORMS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
};

/** The names of a record's fields: enough to find it, and no value that somebody did not want exported. */
function sketch(record: unknown): string {
  if (typeof record !== 'object' || record === null) return `a ${record === null ? 'null' : typeof record}`;
  const id = requestIdOf(record);
  const names = Object.keys(record)
    .slice(0, 12)
    .map((name) => name.slice(0, 40))
    .join(', ');
  return id === undefined ? `fields ${names || 'none'}` : `request ${id}`;
}

function requestIdOf(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { request_id: id } = record as { request_id?: unknown };
  return typeof id === 'string' && id !== '' ? id.slice(0, 60) : undefined;
}
