import { defineCommand } from '../../src/catalogue/command.js';
import { CONFIG, LOG, RUN, SELECTION, WAIT } from '../../src/cli/options/option-groups.js';

export const replayCommand = defineCommand({
  name: 'replay',
  describe: 'Deliver an NDJSON archive to the sinks, and ask Deepgram nothing',
  options: {
    ...CONFIG,
    from: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'Folder that an ndjson sink has written',
    },
    ...SELECTION,
    ...RUN,
    ...WAIT,
    ...LOG,
  },
  load: async () => (await import('./replay.js')).replay,
});
