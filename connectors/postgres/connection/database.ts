import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { abortError, ExportError } from '../../../src/errors/export-error.js';
import { whyNotRead } from '../../../src/files/file-error.js';
import { unlessAborted } from '../../../src/time/limits.js';
import type { ConnectionSettings } from './connection-settings.js';
import { addressText, type Verification } from './database-url.js';
import { mayPass, postgresError } from './postgres-error.js';

/** Connections at most: two that write, and one that looks. */
const MAX_CONNECTIONS = 3;
const CONNECT_MS = 15_000;
const IDLE_MS = 30_000;
/** Waits before the next try while the server is away: a restart takes seconds, one that is started with us a minute. */
const WAITS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000] as const;

/** What is done within one transaction. */
export interface Transaction {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Row[]; readonly count: number }>;
  /** Runs `copy … from stdin` on these bytes. */
  copyIn(sql: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** What a transaction does; it may be done again where the connection broke. */
export type Work<Result> = (transaction: Transaction) => Promise<Result>;

export interface DatabaseSettings extends ConnectionSettings {
  /** The schema that it is about, for what is said of missing rights. */
  readonly schema: string;
}

/** `name`: whose it is, as warnings begin with. */
export type DatabaseContext = Pick<SinkContext, 'clock' | 'cwd' | 'env' | 'log' | 'name'>;

/** A database behind few connections, which are made when they are needed. */
export class Database {
  readonly #settings: DatabaseSettings;
  readonly #context: DatabaseContext;
  #pool: pg.Pool | undefined;
  /** True once the server has been waited for in vain: the rest of the run does not wait once more. */
  #isGone = false;

  constructor(settings: DatabaseSettings, context: DatabaseContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** As messages name it. */
  get where(): string {
    return `PostgreSQL at ${addressText(this.#settings.url)}`;
  }

  /**
   * Does it all or nothing, and again while the server is away or somebody is in the way, for a minute at most. Throws an
   * `ExportError`.
   */
  transaction<Result>(signal: AbortSignal, work: Work<Result>): Promise<Result> {
    return this.#patiently(signal, () => this.#once(signal, work));
  }

  /** The same, tried once. */
  async tryOnce<Result>(signal: AbortSignal, work: Work<Result>): Promise<Result> {
    try {
      return await this.#once(signal, work);
    } catch (error) {
      throw this.explained(error, signal);
    }
  }

  /**
   * Runs statements as they stand, in transactions of their own or of theirs, and again likewise: for what may be done
   * twice. The rows, where it is one.
   */
  statement<Row extends object>(
    signal: AbortSignal,
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]> {
    return this.#patiently(signal, () =>
      this.#using(signal, async (client) => {
        // Of several statements there is a list of results, of which the driver's types know nothing.
        const { rows = [] } = await client.query<Row>(sql, values && [...values]);
        return rows;
      }),
    );
  }

  /** A connection of its own, for what outlives a transaction; waited for likewise. The caller ends it. */
  connect(signal: AbortSignal): Promise<pg.Client> {
    return this.#patiently(signal, async () => {
      if (signal.aborted) throw abortError(signal);
      const client = new pg.Client(await this.#options());
      client.on('error', ignore); // told by the query that it meets
      try {
        await unlessAborted(client.connect(), signal);
        return client;
      } catch (error) {
        client.end().catch(ignore);
        throw error;
      }
    });
  }

  async end(): Promise<void> {
    await this.#pool?.end();
  }

  /** In words, with what to do. */
  explained(error: unknown, signal: AbortSignal): ExportError {
    if (signal.aborted) throw abortError(signal);
    const { url, schema } = this.#settings;
    return postgresError(error, url, schema);
  }

  async #patiently<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const { clock, log, name } = this.#context;
    for (let tries = 0; ; tries += 1) {
      try {
        const result = await work();
        this.#isGone = false;
        return result;
      } catch (error) {
        const known = this.explained(error, signal);
        const wait = WAITS_MS[tries];
        if (!mayPass(error) || this.#isGone) throw known;
        if (wait === undefined) {
          this.#isGone = true;
          throw known;
        }
        if (tries === 1) log.warn(`${name}: ${known.message} It is waited for.`);
        await clock.sleep(wait, signal);
      }
    }
  }

  #once<Result>(signal: AbortSignal, work: Work<Result>): Promise<Result> {
    return this.#using(signal, async (client) => {
      await client.query(BEGIN);
      const result = await work(transactionOn(client));
      await client.query('commit');
      return result;
    });
  }

  /** A connection of the pool, for as long as it takes; one that met a failure is not used again. */
  async #using<Result>(
    signal: AbortSignal,
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    if (signal.aborted) throw abortError(signal);
    const connecting = (await this.#openPool()).connect();
    const client = await unlessAborted(connecting, signal).catch((error) => {
      connecting.then((late) => late.release(true)).catch(() => {});
      throw error;
    });
    client.on('error', ignore); // told by the query that it meets
    // A connection in the middle of something is cut: the server takes it all back.
    const cut = () => void client.end().catch(ignore);
    signal.addEventListener('abort', cut, { once: true });
    try {
      const result = await work(client);
      client.off('error', ignore);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  async #openPool(): Promise<pg.Pool> {
    const options = this.#pool ? undefined : await this.#options();
    // Looked at once more: of those who come at the same time the first one opens it, for all.
    this.#pool ??= new pg.Pool({ ...options, max: MAX_CONNECTIONS, idleTimeoutMillis: IDLE_MS }).on(
      'error',
      ignore, // an idle connection broke: the next is made
    );
    return this.#pool;
  }

  async #options(): Promise<pg.ClientConfig> {
    const { url } = this.#settings;
    // What pg would look up in the environment of the process, which may lack what a file of variables has.
    const { PGUSER, PGPASSWORD, PGOPTIONS } = this.#context.env;
    const user = url.user ?? PGUSER;
    const password = url.password?.reveal() ?? PGPASSWORD;
    return {
      host: url.host,
      port: url.port,
      database: url.database,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(PGOPTIONS === undefined ? {} : { options: PGOPTIONS }),
      ssl: (await this.#tls()) ?? false,
      enableChannelBinding: url.bindsChannel,
      application_name: 'deepgram-export',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    };
  }

  async #tls(): Promise<ConnectionOptions | undefined> {
    const { url, tls } = this.#settings;
    const wanted = tls ?? url.tls;
    if (wanted === undefined || wanted === 'off') return undefined;
    const { ca, verify } = wanted;
    return { ...VERIFYING[verify], ...(ca === undefined ? {} : { ca: await this.#read(ca) }) };
  }

  async #read(file: string): Promise<string> {
    const path = isAbsolute(file) ? file : join(this.#context.cwd, file);
    return readFile(path, 'utf8').catch((cause) => {
      const [what, hint] = whyNotRead(cause);
      const message = `The certificates ${file} cannot be read: ${what}.`;
      throw new ExportError('CONFIG_INVALID', message, { kind: 'config', hint, cause });
    });
  }
}

/** Whatever the role or the server has set otherwise: a long merge is none that hangs, and times are UTC. */
const BEGIN =
  "begin isolation level read committed; set local timezone = 'UTC'; set local datestyle = 'ISO'; set local statement_timeout = 0; set local client_min_messages = warning";

const VERIFYING: Readonly<Record<Verification, ConnectionOptions>> = {
  full: { rejectUnauthorized: true },
  chain: { rejectUnauthorized: true, checkServerIdentity: () => undefined },
  none: { rejectUnauthorized: false },
};

function transactionOn(client: pg.PoolClient): Transaction {
  return {
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
      const { rows, rowCount } = await client.query<Row>(sql, [...values]);
      return { rows, count: rowCount ?? 0 };
    },
    copyIn: (sql, chunks) => pipeline(Readable.from(chunks), client.query(copyFrom(sql))),
  };
}

function ignore(): void {}
