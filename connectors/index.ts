import type { Catalogue } from '../src/catalogue/catalogue.js';
import { datadogCommands } from './datadog/install/commands.js';
import { demoCommand } from './demo/demo-command.js';
import { grafanaCommands } from './grafana/commands.js';
import { initCommand } from './init/init-command.js';
import { replayCommand } from './ndjson/replay-command.js';
import { postgresCommands } from './postgres/commands.js';
import { queueCommands } from './queue/commands.js';
import { reportCommand } from './spending/command.js';

/** What we ship: a source, its sinks, and the commands beside those of the core. */
export const catalogue: Catalogue = {
  about: 'Exports a Deepgram account: usage, request log, billing and balances.',
  connectors: async () => (await import('./connectors.js')).connectors,
  commands: [
    ...[initCommand, replayCommand, reportCommand, demoCommand],
    ...queueCommands,
    ...[datadogCommands, postgresCommands, grafanaCommands],
  ],
  withoutFile: {
    variable: 'DEEPGRAM_API_KEY',
    config: `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}" }
sinks:
  tableau: { type: tableau-csv, path: deepgram-export/tableau }
  ndjson: { type: ndjson, path: deepgram-export/ndjson }
`,
    hint:
      'Set DEEPGRAM_API_KEY to export to ./deepgram-export/, name a file with -c FILE, ' +
      'write one with `deepgram-export init`, or look at `deepgram-export demo`, which needs no key.',
  },
};
