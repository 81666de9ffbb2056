import { defineCommand } from '../../src/catalogue/command.js';
import { CONFIG, LOG, SELECTION } from '../../src/cli/options/option-groups.js';

const text = { type: 'string', requiresArg: true } as const;

export const reportCommand = defineCommand({
  name: 'report',
  describe:
    'Print who spent what in a month, from what the sinks hold; contacts Deepgram never, and needs no key',
  options: {
    ...CONFIG,
    month: { ...text, default: 'this', describe: 'this, last, or YYYY-MM; months are UTC' },
    by: {
      ...text,
      default: 'project,api_key,tags,model',
      describe:
        'What it is broken down by, in this order: project (the others are then told apart by project, too), api_key, tags (sets), tag (single ones), line_item, model',
    },
    project: SELECTION.project,
    format: {
      choices: ['table', 'csv', 'json', 'html', 'markdown'] as const,
      default: 'table' as const,
      describe: 'table: for a terminal; csv: opens in a spreadsheet as it is',
    },
    ...LOG,
  },
  load: async () => (await import('./report-command.js')).report,
});
