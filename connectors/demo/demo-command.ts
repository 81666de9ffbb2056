import { defineCommand } from '../../src/catalogue/command.js';
import { LOG } from '../../src/cli/options/option-groups.js';

export const demoCommand = defineCommand({
  name: 'demo',
  describe: 'Run everything against an embedded stand-in account: no keys, no network',
  options: {
    ...LOG,
    out: {
      type: 'string',
      requiresArg: true,
      default: 'deepgram-export-demo',
      describe: 'Folder for the results',
    },
    days: { type: 'number', requiresArg: true, default: 7, describe: 'Days to export, 1 to 90' },
  },
  load: async () => (await import('./demo.js')).demo,
});
