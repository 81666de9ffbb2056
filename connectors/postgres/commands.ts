import { type CommandGroup, defineCommand } from '../../src/catalogue/command.js';
import { CONFIG, LOG } from '../../src/cli/options/option-groups.js';

const SINK = {
  type: 'string',
  requiresArg: true,
  describe: 'The postgres sink that it is about, where there are several',
  array: true,
} as const;

export const postgresCommands: CommandGroup = {
  name: 'postgres',
  describe: 'Say which rights the roles of a postgres sink need, and how Tableau reads it',
  commands: [
    defineCommand({
      name: 'grants',
      describe: 'Print SQL that makes the roles that write and read a schema; contacts nobody',
      options: {
        ...CONFIG,
        sink: SINK,
        ...LOG,
      },
      load: async () => (await import('./grants/grants-command.js')).grants,
    }),
    defineCommand({
      name: 'tds',
      describe: 'Write a data source with which Tableau reads the tables; contacts nobody',
      options: {
        ...CONFIG,
        sink: SINK,
        out: {
          type: 'string',
          requiresArg: true,
          demandOption: true,
          describe: 'The file that is written, such as deepgram.tds',
        },
        ...LOG,
      },
      load: async () => (await import('./tds/tds-command.js')).tds,
    }),
  ],
};
