import { type CommandGroup, defineCommand } from '../../../src/catalogue/command.js';
import { CONFIG, LOG } from '../../../src/cli/options/option-groups.js';

export const postgresCommands: CommandGroup = {
  name: 'postgres',
  describe: 'Say which rights the roles of a postgres sink need',
  commands: [
    defineCommand({
      name: 'grants',
      describe: 'Print SQL that makes the roles that write and read a schema; contacts nobody',
      options: {
        ...CONFIG,
        sink: {
          type: 'string',
          requiresArg: true,
          describe: 'The postgres sink that it is about, where there are several',
          array: true,
        },
        ...LOG,
      },
      load: async () => (await import('./grants-command.js')).grants,
    }),
  ],
};
