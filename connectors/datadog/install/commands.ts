import { type CommandGroup, defineCommand } from '../../../src/catalogue/command.js';
import { CONFIG, LOG } from '../../../src/cli/options/option-groups.js';

const WHICH = {
  sink: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'The datadog-metrics sink that it is about, where there are several',
  },
  dashboard: { type: 'boolean', default: false, describe: 'Only the dashboard' },
  monitors: { type: 'boolean', default: false, describe: 'Only the monitors' },
  'dry-run': { type: 'boolean', default: false, describe: 'Say what would be done, and change nothing' },
} as const;

/** Without a default: what is not given stays as it is in Datadog. */
const LIMITS = {
  every: {
    type: 'string',
    requiresArg: true,
    describe: 'How often the export runs (at first 15m): an alarm comes after two intervals without success',
  },
  'error-rate': {
    type: 'number',
    requiresArg: true,
    describe: 'Alarm above this many percent of failed requests in an hour (at first 5)',
  },
  'cost-rise': {
    type: 'number',
    requiresArg: true,
    describe: 'Alarm when a day costs this many percent more than a week before (at first 50)',
  },
  'balance-below': {
    type: 'number',
    requiresArg: true,
    describe: 'Alarm when fewer dollars than this are left in a project (at first 50)',
  },
  notify: {
    type: 'string',
    requiresArg: true,
    describe: 'Whom the alarms tell, as Datadog writes it: "@slack-… @pagerduty-…" (at first nobody)',
  },
} as const;

export const datadogCommands: CommandGroup = {
  name: 'datadog',
  describe: 'Install or remove the dashboard and the monitors for what datadog-metrics sends',
  commands: [
    defineCommand({
      name: 'install',
      describe: 'Create the dashboard and the monitors, or bring them up to date',
      options: { ...CONFIG, ...WHICH, ...LIMITS, ...LOG },
      load: async () => (await import('./install-command.js')).install,
    }),
    defineCommand({
      name: 'uninstall',
      describe: 'Remove what install has created, and nothing else',
      options: { ...CONFIG, ...WHICH, ...LOG },
      load: async () => (await import('./install-command.js')).uninstall,
    }),
  ],
};
