import { defineCommand } from '../../src/catalogue/command.js';
import { CONFIG_NAME } from '../../src/cli/options/config-found.js';

const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;

export const initCommand = defineCommand({
  name: 'init [file]',
  describe: 'Write a commented configuration to start from, and on request the workflow that runs it',
  positionals: { file: { type: 'string', default: CONFIG_NAME, describe: 'File to write' } },
  options: {
    tableau: flag('CSV files for Tableau and spreadsheets (with the archive: what is written by default)'),
    datadog: flag('Metrics in Datadog'),
    postgres: flag('Tables and views in PostgreSQL'),
    grafana: flag('The same tables, for Grafana'),
    report: flag('A page on cost and usage'),
    github: flag('Also a workflow for GitHub Actions, every quarter of an hour'),
    gitlab: flag('Also a pipeline for GitLab'),
    kubernetes: flag('Also a CronJob for Kubernetes'),
    cron: flag('Also a line for cron'),
    force: flag('Write over files that are there'),
  },
  load: async () => (await import('./init.js')).init,
});
