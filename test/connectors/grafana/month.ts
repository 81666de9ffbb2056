import { parse } from 'yaml';
import { ARCHIVE } from '../../cli/world.js';
import { grafanaSql, type VariableValue } from '../../readers/grafana-sql.mjs';
import { PASSWORD, TestDatabase } from '../postgres/postgres-server.js';
import { NOW, type PostgresWorld, postgresWorld, type WorldOptions } from '../postgres/postgres-world.js';

/** A panel, a variable or an alarm, and what it asks. */
export interface Asked {
  readonly title: string;
  readonly kind: 'panel' | 'variable' | 'alarm';
  readonly sql: string;
  /** As Grafana reads the rows. */
  readonly format: 'time_series' | 'table';
  /** Grafana's name of the panel's form. */
  readonly type: string;
}

/** A row of a dashboard, a panel, or what a test wants to know of it. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string; readonly decimals?: number };
    readonly overrides?: readonly {
      readonly matcher: { readonly options?: unknown };
      readonly properties: readonly { readonly value?: unknown }[];
    }[];
  };
  readonly targets?: readonly { readonly rawSql: string; readonly format: Asked['format'] }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly tags: readonly string[];
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
}

interface Alerting {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly title: string;
      readonly data: readonly { readonly model: { readonly rawSql?: string } }[];
    }[];
  }[];
}

/** The files that `grafana export` has written, and somebody who only reads. */
export interface Shown {
  readonly reader: TestDatabase;
  readonly files: Readonly<Record<string, string>>;
  readonly dashboard: Dashboard;
  readonly asked: readonly Asked[];
  /** What Grafana would get, for the whole month and, unless others are said, for all values of every variable. */
  rows(
    asked: Asked,
    variables?: Readonly<Record<string, VariableValue>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The same on a month of the account in PostgreSQL. */
export interface Month extends Shown {
  readonly world: PostgresWorld;
  /** What the archive has of a stream. */
  records(stream: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Every variable as it is when the dashboard is opened. */
export const ALL: Readonly<Record<string, VariableValue>> = {
  ...Object.fromEntries(
    ['project', 'api_key', 'model', 'tag', 'endpoint', 'status'].map((name) => [name, { all: 'null' }]),
  ),
  request: '',
};

/** It is written into the braces of `window`. */
const MONTH_AND_BUDGET = 'since: 25d }\nbudget: { daily: 1, monthly: 20';

/** @param argv of `grafana export` beside where to and of what */
export async function month(argv: readonly string[] = [], options: WorldOptions = {}): Promise<Month> {
  const world = await postgresWorld({ window: MONTH_AND_BUDGET, sinks: [ARCHIVE], ...options });
  const code = await world.sync();
  if (code !== 0) throw new Error(world.terminal.stderr);
  return {
    ...(await shown(world, argv)),
    world,
    records: async (stream) => {
      const archive = await world.terminal.files(`out/ndjson/${stream}`);
      return Object.values(archive).flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      );
    },
  };
}

/** The role that reads must be there. */
export async function shown(world: PostgresWorld, argv: readonly string[] = []): Promise<Shown> {
  const reader = await asReader(world);
  const terminal = world.terminal.again();
  if ((await terminal.run('grafana', 'export', '-c', 'job.yaml', '--out', 'grafana', ...argv)) !== 0)
    throw new Error(terminal.stderr);
  const files = await terminal.files('grafana');
  const dashboard: Dashboard = JSON.parse(files['dashboards/deepgram.json'] ?? '');
  const alerting: Alerting = parse(files['alerting/deepgram.yaml'] ?? '');
  const range = { from: NOW - 26 * 86_400_000, to: NOW };
  return {
    reader,
    files,
    dashboard,
    asked: [...panels(dashboard), ...variables(dashboard), ...alarms(alerting)],
    rows: async ({ sql }, variables = {}) =>
      reader.sql(grafanaSql(sql, { ...range, variables: { ...ALL, ...variables } })),
  };
}

function panels({ panels }: Dashboard): readonly Asked[] {
  return panels.flatMap(({ title, type, targets = [] }) =>
    targets.map(({ rawSql: sql, format }) => ({ title, kind: 'panel' as const, sql, format, type })),
  );
}

function variables({ templating }: Dashboard): readonly Asked[] {
  return templating.list
    .filter(({ type }) => type === 'query')
    .map(({ name, query }) => ({
      title: name,
      kind: 'variable' as const,
      sql: query,
      format: 'table' as const,
      type: 'variable',
    }));
}

function alarms({ groups }: Alerting): readonly Asked[] {
  return groups.flatMap(({ rules }) =>
    rules.flatMap(({ title, data }) =>
      data.flatMap(({ model: { rawSql } }) =>
        rawSql === undefined
          ? []
          : {
              title,
              kind: 'alarm' as const,
              sql: rawSql,
              format: 'time_series' as const,
              type: 'alarm',
            },
      ),
    ),
  );
}

/** The role of dashboards, let in, and with a clock that shows when the tests are: `now()` is a function of its own. */
async function asReader({ database }: PostgresWorld): Promise<TestDatabase> {
  await database.sql(`
    create schema clock;
    create function clock.now() returns timestamptz language sql stable as
      $$ select '${new Date(NOW).toISOString()}'::timestamptz $$;
    grant usage on schema clock to deepgram_reader;
    alter role deepgram_reader login password '${PASSWORD}';
    alter role deepgram_reader in database ${database.name} set search_path = clock, pg_catalog`);
  return new TestDatabase(database.server, database.name, 'deepgram_reader');
}
