import { type CommandGroup, defineCommand } from '../../src/catalogue/command.js';
import { CONFIG, LOG } from '../../src/cli/options/option-groups.js';

const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;
const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
const number = (describe: string) => ({ type: 'number', requiresArg: true, describe }) as const;

/** Of which tables it is about; the budget of the configuration is watched, too. */
const TABLES = {
  ...CONFIG,
  sink: { ...text('The postgres sink that it is about, where there are several'), array: true },
  schema: text('Schema with the tables (default: that of the sink, without a configuration deepgram)'),
} as const;

const ALERTS = {
  every: text(
    'How often the export runs (15m): an alarm comes after two intervals without a run, and half an hour',
  ),
  'error-rate': number('Alarm above this many percent of failed requests of a project in an hour (5)'),
  'balance-below': number('Alarm when fewer dollars than this are left in a project (50)'),
  'contact-point': text(
    'Contact point of Grafana that the alarms tell (default: as the notification policies say)',
  ),
} as const;

const GRAFANA = {
  url: { ...text('Address of Grafana, such as https://grafana.example.com'), demandOption: true },
  token: text('Token of a service account (default: GRAFANA_TOKEN of the environment)'),
  dashboard: flag('Only the dashboard'),
  alerts: flag('Only the alert rules'),
  force: flag('Also what somebody has edited in Grafana'),
  'dry-run': flag('Say what would be done, and change nothing'),
} as const;

export const grafanaCommands: CommandGroup = {
  name: 'grafana',
  describe: 'Export, install or remove the dashboard and the alert rules for what postgres writes',
  commands: [
    defineCommand({
      name: 'export',
      describe: 'Write a provisioning folder: data source, dashboard and alert rules; contacts nobody',
      options: {
        ...TABLES,
        out: { ...text('Folder for the files'), demandOption: true },
        ...ALERTS,
        quiet: LOG.quiet,
      },
      load: async () => (await import('./export-command.js')).exportAssets,
    }),
    defineCommand({
      name: 'install',
      describe: 'Put the dashboard and the alert rules into a running Grafana, or bring them up to date',
      options: {
        ...GRAFANA,
        ...TABLES,
        datasource: text('Uid or name of the data source that the alarms ask, where there are several'),
        ...ALERTS,
        ...LOG,
      },
      load: async () => (await import('./install/install-command.js')).install,
    }),
    defineCommand({
      name: 'uninstall',
      describe: 'Remove what install has put there, and nothing else',
      options: { ...GRAFANA, 'env-file': CONFIG['env-file'], ...LOG },
      load: async () => (await import('./install/install-command.js')).uninstall,
    }),
  ],
};
