import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { CliContext } from '../../src/catalogue/cli-context.js';
import { ExportError } from '../../src/errors/export-error.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { EXIT } from '../../src/summary/exit-code.js';
import { oneLine } from '../../src/text/one-line.js';
import { counted } from '../../src/text/text-table.js';
import { READER } from '../postgres/grants/reader-role.js';
import { RULE_UIDS } from './assets/alert-rules.js';
import { grafanaAssets } from './assets/grafana-assets.js';
import { DATA_SOURCE_UID, FOLDER_TITLE, FOLDER_UID, RULE_GROUP } from './assets/identity.js';
import { shownTables, type TableOptions } from './shown-tables.js';

export interface ExportOptions extends TableOptions {
  /** Folder for the files, relative to the working directory. */
  readonly out: string;
  readonly quiet: boolean;
}

/**
 * Writes a folder that Grafana reads at its start: the data source, the dashboard and the alert rules. Nobody is
 * contacted, and no password is written.
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/
 */
export async function exportAssets(options: ExportOptions, context: CliContext): Promise<number> {
  const { screen, cwd, clock } = context;
  const tables = await shownTables(options, context);
  const { contactPoint } = options;
  const { dashboard, rules, notes } = grafanaAssets(tables, { datasource: DATA_SOURCE_UID, contactPoint });
  const files = {
    'datasources/deepgram.yaml': yaml(DATA_SOURCES_NOTE, dataSources()),
    'dashboards/deepgram.yaml': yaml(DASHBOARDS_NOTE, dashboardProviders()),
    'dashboards/deepgram.json': `${JSON.stringify(dashboard, null, 2)}\n`,
    'alerting/deepgram.yaml': yaml(ALERTING_NOTE, {
      apiVersion: 1,
      groups: [
        {
          orgId: 1,
          name: RULE_GROUP,
          folder: FOLDER_TITLE,
          interval: '1m',
          rules: rules.map(({ body }) => body),
        },
      ],
      // Of an earlier export.
      deleteRules: RULE_UIDS.filter((uid) => !rules.some((rule) => rule.body.uid === uid)).map((uid) => ({
        orgId: 1,
        uid,
      })),
    }),
  };
  const folder = new OutputFolder(resolve(cwd, options.out), { clock });
  await writeFiles(files, folder).catch(refuseFolder);
  if (options.quiet) return EXIT.delivered;
  screen.text(
    `The data source, the dashboard and ${counted(rules.length, 'alert rule')} are in ${oneLine(options.out)}: mount it as /etc/grafana/provisioning.\n`,
  );
  for (const note of notes) screen.line(oneLine(note));
  return EXIT.delivered;
}

const DATA_SOURCES_NOTE = `The database of deepgram-export, as the role that only reads. Grafana takes these from its environment:
  DEEPGRAM_DB_HOST      host:port
  DEEPGRAM_DB_NAME      the database
  DEEPGRAM_DB_PASSWORD  of the role ${READER}
  DEEPGRAM_DB_SSLMODE   disable, require, verify-ca or verify-full`;

const DASHBOARDS_NOTE = `Grafana reads the dashboard beside this file. Nobody can save over it there: "Save as" makes a copy that is one's own.`;

const ALERTING_NOTE = `Written by deepgram-export: change limits by its options and export again.`;

function dataSources(): object {
  return {
    apiVersion: 1,
    datasources: [
      {
        name: 'Deepgram export',
        uid: DATA_SOURCE_UID,
        type: 'postgres',
        access: 'proxy',
        url: '$DEEPGRAM_DB_HOST',
        user: READER,
        editable: false,
        jsonData: {
          database: '$DEEPGRAM_DB_NAME',
          sslmode: '$DEEPGRAM_DB_SSLMODE',
          postgresVersion: 1200,
          timescaledb: false,
          maxOpenConns: 8,
          connMaxLifetime: 14_400,
        },
        secureJsonData: { password: '$DEEPGRAM_DB_PASSWORD' },
      },
    ],
  };
}

function dashboardProviders(): object {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'deepgram-export',
        orgId: 1,
        folder: FOLDER_TITLE,
        folderUid: FOLDER_UID,
        type: 'file',
        disableDeletion: false,
        allowUiUpdates: false,
        options: { path: '/etc/grafana/provisioning/dashboards' },
      },
    ],
  };
}

function yaml(note: string, content: object): string {
  const lines = note.split('\n').map((line) => `# ${line}\n`);
  return `${lines.join('')}\n${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

async function writeFiles(files: Readonly<Record<string, string>>, folder: OutputFolder): Promise<void> {
  for (const [name, text] of Object.entries(files))
    await folder.replaceFile(name.split('/'), (file) => file.write(text));
}

/** The folder is an option of the command, so that it is the command line that is to be corrected. */
function refuseFolder(error: unknown): never {
  if (!(error instanceof ExportError)) throw error;
  const { message, hint } = error;
  throw new ExportError('USAGE', `--out: ${message}`, { kind: 'config', hint, cause: error });
}
