import { type CommandGroup, defineCommand } from '../../../src/catalogue/command.js';
import { CONFIG, LOG } from '../../../src/cli/options/option-groups.js';

const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;
const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
const number = (describe: string) => ({ type: 'number', requiresArg: true, describe }) as const;

const SINK = {
  sink: { ...text('The datadog-metrics sink that it is about, where there are several'), array: true },
} as const;

const WHICH = {
  ...SINK,
  dashboard: flag('Only the dashboard'),
  monitors: flag('Only the monitors'),
  'dry-run': flag('Say what would be done, and change nothing'),
} as const;

/** Without a default: what is not given stays as it is in Datadog. */
const LIMITS = {
  every: text('How often the export runs (at first 15m): an alarm comes after two intervals without success'),
  'error-rate': number('Alarm above this many percent of failed requests in an hour (at first 5)'),
  'cost-rise': number('Alarm when a day costs this many percent more than a week before (at first 50)'),
  'balance-below': number('Alarm when fewer dollars than this are left in a project (at first 50)'),
  notify: text('Whom the alarms tell, as Datadog writes it: "@slack-… @pagerduty-…" (at first nobody)'),
};

export const datadogCommands: CommandGroup = {
  name: 'datadog',
  describe: 'Install, export or remove the dashboard and the monitors for what datadog-metrics sends',
  commands: [
    defineCommand({
      name: 'install',
      describe: 'Create the dashboard and the monitors, or bring them up to date',
      options: { ...CONFIG, ...WHICH, ...LIMITS, ...LOG },
      load: async () => (await import('./install-command.js')).install,
    }),
    defineCommand({
      name: 'export',
      describe:
        'Write the dashboard and the monitors as JSON, for import by hand and for Terraform; needs no key',
      options: {
        ...CONFIG,
        out: { ...text('Folder for the files'), demandOption: true },
        ...SINK,
        ...LIMITS,
        quiet: LOG.quiet,
      },
      load: async () => (await import('./export-command.js')).exportAssets,
    }),
    defineCommand({
      name: 'uninstall',
      describe: 'Remove what install has created, and nothing else',
      options: { ...CONFIG, ...WHICH, ...LOG },
      load: async () => (await import('./install-command.js')).uninstall,
    }),
  ],
};
