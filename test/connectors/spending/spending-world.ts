import { onTestFinished } from 'vitest';
import { NOW, Terminal, type TerminalOptions } from '../../cli/terminal.js';
import { hasPostgres, postgresServer } from '../postgres/postgres-server.js';

/** The sinks that can tell what was spent, by their names in these configurations. */
export const STORES: readonly string[] = ['totals', 'archive', ...(hasPostgres ? ['tables'] : [])];

const SINKS: Readonly<Record<string, string>> = {
  totals: '{ type: report, path: out/report.html, months: 2 }',
  archive: '{ type: ndjson, path: out/ndjson }',
  tables: '{ type: postgres, url: "${DATABASE_URL}" }',
  spreadsheets: '{ type: tableau-csv, path: out/tableau }',
};

export interface WorldOptions extends TerminalOptions {
  /** Milliseconds since the epoch. Default: that of other tests. */
  readonly now?: number;
  /** Which stores there are. Default: the totals. */
  readonly stores?: readonly string[];
  /** Of the source. Default: nobody, as nobody is to be asked. */
  readonly url?: string;
  /** More lines of the configuration. */
  readonly more?: string;
}

/** A terminal with `job.yaml`, which has these stores as sinks, and a configuration of each alone, named like it. */
export async function spendingTerminal(options: WorldOptions = {}): Promise<Terminal> {
  const { now = NOW, stores = ['totals'], url = 'http://127.0.0.1:9', more = '' } = options;
  const env: Record<string, string> = { ...options.env };
  if (stores.includes('tables')) {
    const database = await (await postgresServer()).database();
    onTestFinished(() => database.drop());
    env.DATABASE_URL = database.url;
  }
  const terminal = await Terminal.open({ clock: { now: () => now, sleep: async () => {} }, ...options, env });
  const write = (name: string, sinks: readonly string[]) =>
    terminal.write(
      `${name}.yaml`,
      `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${url}" }
window: { since: 2026-10-01 }
${more}
sinks:
${sinks.map((sink) => `  ${sink}: ${SINKS[sink]}\n`).join('')}`,
    );
  await write('job', stores);
  for (const store of stores) await write(store, [store]);
  return terminal;
}

export interface Asked {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `report` without any key. */
export function ask(terminal: Terminal, ...argv: readonly string[]): Promise<Asked> {
  return askOn({}, terminal, ...argv);
}

/** The same, on a screen. */
export async function askOn(
  screen: Pick<TerminalOptions, 'isTTY' | 'columns'>,
  terminal: Terminal,
  ...argv: readonly string[]
): Promise<Asked> {
  delete terminal.env.DEEPGRAM_API_KEY;
  const again = terminal.again(screen);
  const config = argv.includes('-c') ? [] : ['-c', 'job.yaml'];
  const code = await again.run('report', ...config, ...argv);
  return { code, stdout: again.stdout, stderr: again.stderr };
}

/** What a program reads, as far as tests look at it. */
export interface Answer extends Amounts {
  readonly from: string;
  readonly month: string;
  readonly is_over: boolean;
  readonly through: string;
  readonly compared: Readonly<Record<string, string>> | null;
  readonly projected_usd: number | null;
  readonly budget: Readonly<Record<string, unknown>> | null;
  readonly breakdowns: readonly {
    readonly by: string;
    readonly adds_up: boolean;
    readonly total: Amounts | null;
    readonly rows: readonly AnswerRow[];
    readonly notes: readonly string[];
  }[];
  readonly notes: readonly string[];
}

interface Amounts {
  readonly cost_usd: number | null;
  readonly compared_usd: number | null;
  readonly compared_with_usd: number | null;
  readonly change_usd: number | null;
  readonly month_before_usd: number | null;
}

export interface AnswerRow extends Amounts {
  readonly project_name: string | null;
  readonly name: string;
  readonly id: string | null;
}

export async function answer(terminal: Terminal, ...argv: readonly string[]): Promise<Answer> {
  const { stdout } = await ask(terminal, '--format', 'json', ...argv);
  return JSON.parse(stdout);
}

/** The costs of a breakdown by name. */
export function costsBy({ breakdowns }: Answer, by: string): Record<string, number | null> {
  const rows = breakdowns.find((one) => one.by === by)?.rows ?? [];
  return Object.fromEntries(rows.map(({ name, cost_usd }) => [name, cost_usd]));
}
