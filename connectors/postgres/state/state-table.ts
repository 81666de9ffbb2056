import type { RowKey, StateRow } from '../../../src/catalogue/state-row.js';
import type { RowChanges } from '../../../src/catalogue/state-type.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Transaction } from '../connection/database.js';
import { identifier, literal } from '../tables/identifier.js';
import type { Session } from './session.js';

/** Runs a statement, whether in a transaction or by itself, and answers with its rows. */
export type Query = Session['query'];

/** The same in a transaction of a pool. */
export function queryOf({ query }: Transaction): Query {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
    (await query<Row>(sql, values)).rows;
}

/** The form of the table. It grows where an older program would do harm: that refuses what a newer one wrote. */
const LAYOUT = 1;

/** A name that a schema of the sink may have beside its own tables. */
const TABLE = '_state';

const COLUMNS = [
  ['kind', 'text', 'What it is: checkpoints, readings, memory, deliveries'],
  ['name', 'text', 'Which one of them, as a JSON list of names'],
  ['part', 'integer', 'Which part of that, from 0'],
  ['value', 'text', 'JSON; `deepgram-export state show` shows it as a table'],
] as const;

/** Kinds of this table's own; the others are the core's. */
const LAYOUT_KIND = 'layout';
const HOLDER_KIND = 'lock';
const ONLY = '[]';

/** The rows of a state in one table. */
export class StateTable {
  readonly place: string;
  readonly #schema: string;
  readonly #path: string;
  /** True once it was found to be there, and ours. */
  #isKnown = false;

  /** @param where the database, in words */
  constructor(schema: string, where: string) {
    this.#schema = schema;
    this.#path = identifier(schema, TABLE);
    this.place = `${where} (schema ${schema})`;
  }

  /** What the lock of this state is called in its database; what begins with it and a space is its, too. */
  get lockName(): string {
    return `deepgram-export state ${this.#schema}`;
  }

  /**
   * False where there is none yet.
   *
   * @throws ExportError `STATE_REFUSED` for a table of somebody else's, or of a newer program
   */
  async isThere(query: Query): Promise<boolean> {
    if (this.#isKnown) return true;
    const [found] = await query<{ readonly columns: readonly string[] | null }>(
      `select array_agg(a.attname || ' ' || format_type(a.atttypid, null)) as columns
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped`,
      [this.#schema, TABLE],
    );
    const columns = found?.columns ?? null;
    if (columns === null) return false;
    const isOurs = COLUMNS.every(([name, type]) => columns.includes(`${name} ${type}`));
    const [layout] = isOurs ? await this.#rows(query, LAYOUT_KIND, ONLY) : [];
    const version = Number(layout?.value);
    if (!Number.isInteger(version)) {
      throw this.#refused(
        `it has a table ${TABLE} that deepgram-export did not make`,
        'Set another `schema` for the state. Nothing was changed.',
      );
    }
    if (version > LAYOUT) {
      throw this.#refused(
        `it is of layout ${version}, and this program knows ${LAYOUT}`,
        'Use the newer deepgram-export that wrote it.',
      );
    }
    this.#isKnown = true;
    return true;
  }

  /** Makes it where it is not there, as one transaction; who calls it must be alone. */
  async make(query: Query): Promise<void> {
    if (await this.isThere(query)) return;
    const [found] = await query<{ readonly has: boolean }>(
      'select to_regnamespace(quote_ident($1)) is not null as has',
      [this.#schema],
    );
    // Asked before: who may use a schema need not be allowed to make one.
    const schema = found?.has === true ? [] : [`create schema ${identifier(this.#schema)}`];
    const statements = [
      ...schema,
      `create table ${this.#path} (${COLUMNS.map(([name, type]) => `${name} ${type} not null`).join(', ')}, primary key (kind, name, part))`,
      `comment on table ${this.#path} is 'What deepgram-export remembers from run to run'`,
      ...COLUMNS.map(
        ([name, , comment]) =>
          `comment on column ${identifier(this.#schema, TABLE, name)} is ${literal(comment)}`,
      ),
      `insert into ${this.#path} values (${[LAYOUT_KIND, ONLY].map(literal).join(', ')}, 0, ${literal(String(LAYOUT))})`,
    ];
    await query(statements.join(';\n'));
  }

  async read(query: Query, kind: string, name?: string, part?: number): Promise<readonly StateRow[]> {
    return (await this.isThere(query)) ? this.#rows(query, kind, name, part) : [];
  }

  async names(query: Query, kind: string): Promise<readonly string[]> {
    if (!(await this.isThere(query))) return [];
    const found = await query<{ readonly name: string }>(
      `select distinct name from ${this.#path} where kind = $1 order by 1`,
      [kind],
    );
    return found.map(({ name }) => name);
  }

  /** In one statement, and so all of it or nothing. */
  async write(query: Query, { rows = [], dropped = [] }: RowChanges): Promise<void> {
    await query(
      `with written as (
         select * from unnest($1::text[], $2::text[], $3::integer[], $4::text[]) as w (kind, name, part, value)
       ), gone as (
         delete from ${this.#path} s using unnest($5::text[], $6::text[]) as d (kind, name)
         where s.kind = d.kind and s.name = d.name
           and not exists (select from written w where w.kind = s.kind and w.name = s.name and w.part = s.part)
       )
       insert into ${this.#path} (kind, name, part, value) select kind, name, part, value from written
       on conflict (kind, name, part) do update set value = excluded.value`,
      [
        rows.map(({ kind }) => kind),
        rows.map(({ name }) => name),
        rows.map(({ part }) => part),
        rows.map(({ value }) => value),
        dropped.map(({ kind }) => kind),
        dropped.map(({ name }) => name),
      ],
    );
  }

  async move(query: Query, kind: string, toKind: string, name?: string): Promise<void> {
    await query(`update ${this.#path} set kind = $2 where kind = $1 and ($3::text is null or name = $3)`, [
      kind,
      toKind,
      name ?? null,
    ]);
  }

  /** Those of these rows that are there. */
  find(query: Query, keys: readonly RowKey[]): Promise<readonly StateRow[]> {
    return query<StateRow>(
      `select kind, name, part, value from ${this.#path}
       join unnest($1::text[], $2::text[], $3::integer[]) as wanted (kind, name, part) using (kind, name, part)`,
      [keys.map(({ kind }) => kind), keys.map(({ name }) => name), keys.map(({ part }) => part)],
    );
  }

  /** What the runs that have the lock say of themselves; undefined where one cannot be understood. */
  async holders(query: Query): Promise<readonly unknown[]> {
    const rows = await this.read(query, HOLDER_KIND);
    return rows.map(({ value }) => {
      try {
        return JSON.parse(value);
      } catch {
        return undefined;
      }
    });
  }

  /** @param backends that have the lock: what others have said of themselves is gone */
  async setHolder(query: Query, backend: number, said: object, backends: readonly number[]): Promise<void> {
    const now = backends.map(holderName);
    const gone = (await this.names(query, HOLDER_KIND)).filter((name) => !now.includes(name));
    await this.write(query, {
      rows: [{ kind: HOLDER_KIND, name: holderName(backend), part: 0, value: JSON.stringify(said) }],
      dropped: gone.map((name) => ({ kind: HOLDER_KIND, name })),
    });
  }

  dropHolder(query: Query, backend: number): Promise<void> {
    return this.write(query, { dropped: [{ kind: HOLDER_KIND, name: holderName(backend) }] });
  }

  #rows(query: Query, kind: string, name?: string, part?: number): Promise<readonly StateRow[]> {
    // As few conditions as there are, so that it is looked up by its key whatever the server plans.
    const known = [kind, ...(name === undefined ? [] : [name]), ...(part === undefined ? [] : [part])];
    const conditions = ['kind = $1', 'name = $2', 'part = $3'].slice(0, known.length).join(' and ');
    return query<StateRow>(
      `select kind, name, part, value from ${this.#path} where ${conditions} order by name, part`,
      known,
    );
  }

  #refused(why: string, hint: string): ExportError {
    return new ExportError('STATE_REFUSED', `The state in ${this.place} cannot be used: ${why}.`, {
      kind: 'config',
      hint,
    });
  }
}

function holderName(backend: number): string {
  return JSON.stringify([backend]);
}
