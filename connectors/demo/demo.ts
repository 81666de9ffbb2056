import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { CliContext } from '../../src/catalogue/cli-context.js';
import { sync } from '../../src/cli/commands/sync.js';
import { jobFor } from '../../src/cli/options/job-options.js';
import type { LogOptions } from '../../src/cli/options/log-options.js';
import { ExportError } from '../../src/errors/export-error.js';
import { makeFolders } from '../../src/files/make-folders.js';
import { formatCount } from '../../src/text/text-table.js';
import { exportAssets } from '../grafana/export-command.js';
import { schemaText } from '../postgres/tables/schema-text.js';
import { DEMO_SCHEMA, startDemoWorld } from './demo-world.js';

export interface DemoOptions extends LogOptions {
  /** Folder for the results, relative to the working directory. */
  readonly out: string;
  readonly days: number;
}

/** The main job end to end, against a stand-in account and a stand-in intake inside this process. */
export async function demo(options: DemoOptions, context: CliContext): Promise<number> {
  if (!Number.isInteger(options.days) || options.days < 1 || options.days > 90) {
    throw new ExportError('USAGE', '--days: must be a whole number from 1 to 90.', { kind: 'config' });
  }
  const out = resolve(context.cwd, options.out);
  const { clock, env } = context;
  const world = await startDemoWorld({ clock, days: options.days, databaseUrl: env.DATABASE_URL });
  try {
    await writeConfig(out, options.out, world.config);
    const inside = { ...context, cwd: out, env: { ...context.env, ...world.env } };
    const exitCode = await sync(
      {
        ...options,
        config: 'demo.yaml',
        dryRun: false,
        noState: true,
        fullRefresh: false,
        wait: false,
        isRehearsal: true,
        summary: 'summary.json',
      },
      inside,
    );
    await writeDatabaseAssets(out, inside);
    const received = await world.writeReceived(join(out, 'datadog'));
    if (!options.quiet) context.screen.text(whatToOpen(relative(context.cwd, out) || '.', received));
    return exitCode;
  } finally {
    await world.close();
  }
}

async function writeConfig(folder: string, asGiven: string, config: string): Promise<void> {
  try {
    await makeFolders(folder);
    await writeFile(join(folder, 'demo.yaml'), config);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ExportError('USAGE', `--out: ${asGiven} is no folder that can be written (${code}).`, {
      kind: 'config',
      hint: 'Name a folder that can be made, or one that is there and may be written to.',
      cause,
    });
  }
}

/** What PostgreSQL would be told, and the dashboard on it; with a database, the demo has filled these tables. */
async function writeDatabaseAssets(out: string, context: CliContext): Promise<void> {
  const { streams } = await jobFor({ config: 'demo.yaml' }, context);
  await makeFolders(join(out, 'postgres'));
  await writeFile(join(out, 'postgres/schema.sql'), schemaText(DEMO_SCHEMA, streams));
  await exportAssets({ out: 'grafana', schema: DEMO_SCHEMA, quiet: true }, context);
}

function whatToOpen(
  folder: string,
  { series, logs }: { readonly series: number; readonly logs: number },
): string {
  return `
To look at, in ${folder}:
  tableau/requests.csv   one row a request; the other tables are beside it
  tableau/deepgram.tds   what Tableau opens: all of these, with their types and relationships
  ndjson/                one file a stream, project and day
  datadog/series.ndjson  the ${formatCount(series)} series that the stand-in intake received
  datadog/logs.ndjson    and the ${formatCount(logs)} logs, of the 18 hours that Datadog takes
  postgres/schema.sql    the tables and views that a postgres sink makes, and fills where DATABASE_URL names one
  grafana/               the dashboard and the alarms on them, as Grafana takes them: docs/sinks/grafana.md
  demo.yaml              the configuration that did it
  summary.json           what the run said at its end

And to open: ${join(folder, 'report.html')}, what was spent, by whom, and whether it adds up, on one page.
`;
}
