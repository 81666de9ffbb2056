import yargs from 'yargs';
import { connectorCommands } from '../../connectors/commands.js';
import { failureOf } from '../errors/export-error.js';
import { EXIT, verdictOfFailure } from '../report/exit-code.js';
import { failureLines, stackLines } from '../report/failure-lines.js';
import type { CliContext } from './cli-context.js';
import { checkSingleValues, mistakeFrom, UsageMistake } from './options/usage-mistake.js';
import { version } from './version.js';

/**
 * The command line. Returns the exit code; throws nothing. Each command is imported when it is chosen, so that
 * `--help` loads none of them.
 */
export async function main(argv: readonly string[], context: CliContext): Promise<number> {
  const { screen } = context;
  let exitCode: number = EXIT.delivered;
  const doing =
    <Args>(command: (args: Args, context: CliContext) => Promise<number>) =>
    async (args: Args) => {
      exitCode = await command(args, context);
    };

  const parser = yargs()
    .scriptName('deepgram-export')
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
    .locale('en')
    .usage('$0 <command> [options]\n\nExports a Deepgram account: usage, request log, billing and balances.')
    .command(
      'sync',
      'Read the window and deliver it to every sink',
      (y) => y.options({ ...CONFIG, ...SELECTION, ...RUN, ...KEEPING, ...WAIT, ...LOG }),
      async (args) => doing((await import('./commands/sync.js')).sync)(args),
    )
    .command(
      'backfill',
      'Deliver a range of days once more, and leave the state as it is',
      (y) => y.options({ ...CONFIG, ...SELECTION, ...RUN, ...WAIT, ...LOG }),
      async (args) => doing((await import('./commands/backfill.js')).backfill)(args),
    )
    .command(
      'replay',
      'Deliver an NDJSON archive to the sinks, and ask Deepgram nothing',
      (y) => y.options({ ...CONFIG, ...FROM, ...SELECTION, ...RUN, ...WAIT, ...LOG }),
      async (args) => doing((await import('./commands/replay.js')).replay)(args),
    )
    .command(
      'state <action>',
      'Show what every sink has, or set a state aside that cannot be used',
      (y) =>
        y
          .positional('action', { choices: ['show', 'repair'] as const, demandOption: true })
          .options({ ...CONFIG, ...WAIT, ...LOG }),
      async (args) => doing((await import('./commands/state.js')).state)(args),
    )
    .command(
      'plan',
      'Show what sync would read and write, and how many API calls it takes',
      (y) => y.options({ ...CONFIG, ...SELECTION, 'no-state': KEEPING['no-state'], ...LOG }),
      async (args) => doing((await import('./commands/plan.js')).plan)(args),
    )
    .command(
      'validate',
      'Check the configuration without contacting anybody',
      (y) =>
        y.options({
          ...CONFIG,
          env: { type: 'boolean', default: false, describe: 'Also resolve the environment' },
        }),
      async (args) => doing((await import('./commands/validate.js')).validate)(args),
    )
    .command(
      'check',
      'Connect to Deepgram and to every sink, and say what works',
      (y) => y.options({ ...CONFIG, ...SELECTION, ...LOG }),
      async (args) => doing((await import('./commands/check.js')).check)(args),
    )
    .command(
      'demo',
      'Run everything against an embedded stand-in account: no keys, no network',
      (y) =>
        y.options({
          ...LOG,
          out: {
            type: 'string',
            requiresArg: true,
            default: 'deepgram-export-demo',
            describe: 'Folder for the results',
          },
          days: { type: 'number', requiresArg: true, default: 7, describe: 'Days to export, 1 to 90' },
        }),
      async (args) => doing((await import('./commands/demo.js')).demo)(args),
    )
    .command(
      'init [file]',
      'Write a commented configuration to start from',
      (y) =>
        y.positional('file', { type: 'string', default: 'deepgram-export.yaml', describe: 'File to write' }),
      async (args) => doing((await import('./commands/init.js')).init)(args),
    )
    .command(
      'schema',
      'Print the JSON Schema of the configuration',
      (y) => y,
      async (args) => doing((await import('./commands/schema.js')).schema)(args),
    )
    .demandCommand(1, 'Which command?')
    .strict()
    .check(checkSingleValues)
    .recommendCommands()
    .version(version())
    .help()
    .alias('h', 'help')
    .wrap(Math.min(100, screen.stdout.columns ?? 100))
    .epilogue(
      'Exit codes: 0 delivered, 1 bug, 2 configuration, 3 source, 4 some sinks, 5 all sinks, 130/143 interrupted.',
    )
    .exitProcess(false)
    .fail((message, error) => {
      throw mistakeFrom(message, error, argv, OPTIONS);
    });
  for (const { name, describe, commands } of connectorCommands) {
    parser.command(name, describe, (y) => {
      for (const { name, describe, options, load } of commands) {
        y.command(
          name,
          describe,
          (z) => z.options({ ...CONFIG, ...options, ...LOG }),
          // Safe: yargs gives what these options describe, which is what `defineCommand` has asked for.
          async (args) => doing(await load())(args as never),
        );
      }
      return y.demandCommand(1, `Which: ${commands.map((command) => command.name).join(' or ')}?`);
    });
  }

  try {
    // With a callback, yargs hands over what it would print instead of printing it.
    await parser.parseAsync([...argv], {}, (_error, _args, output) => {
      if (output) screen.result(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    if (error instanceof UsageMistake) {
      screen.line(error.message);
      screen.line('See deepgram-export --help.');
      return EXIT.config;
    }
    const failure = failureOf(error);
    const lines = failureLines(failure);
    if (failure.kind === 'bug') {
      lines.push(
        'This is a bug in deepgram-export. Please report it with the lines below.',
        ...stackLines(error),
      );
    }
    for (const line of lines) screen.line(line);
    return verdictOfFailure(failure, context.interruptCode()).exitCode;
  }
}

const CONFIG = {
  config: { alias: 'c', type: 'string', requiresArg: true, describe: 'YAML file with the configuration' },
} as const;

const FROM = {
  from: {
    type: 'string',
    requiresArg: true,
    demandOption: true,
    describe: 'Folder that an ndjson sink has written',
  },
} as const;

const SELECTION = {
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'First day: 36h, 7d, 4w back from now, or YYYY-MM-DD',
  },
  until: { type: 'string', requiresArg: true, describe: 'Last day: now, or YYYY-MM-DD, that day included' },
  stream: { type: 'string', array: true, requiresArg: true, describe: 'Only these streams' },
  sink: { type: 'string', array: true, requiresArg: true, describe: 'Only these sinks, by their names' },
  project: { type: 'string', array: true, requiresArg: true, describe: 'Only these projects, by id or name' },
} as const;

const RUN = {
  'dry-run': { type: 'boolean', default: false, describe: 'Read everything and deliver nothing' },
  summary: {
    type: 'string',
    requiresArg: true,
    describe: 'Write the summary as JSON to this file, on every exit',
  },
} as const;

const KEEPING = {
  'no-state': {
    type: 'boolean',
    default: false,
    describe: 'Neither look at the state nor keep one: only the window counts',
  },
  'full-refresh': {
    type: 'boolean',
    default: false,
    describe: 'Deliver the whole window again, whatever the state says',
  },
} as const;

const WAIT = {
  wait: {
    type: 'boolean',
    default: false,
    describe: 'Wait for another run on the same state instead of refusing',
  },
} as const;

const LOG = {
  'log-format': {
    choices: ['pretty', 'json'] as const,
    default: 'pretty' as const,
    describe: 'How the log is written',
  },
  quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Say nothing unless something is wrong' },
  verbose: { alias: 'v', type: 'boolean', default: false, describe: 'Say more, such as each retry' },
} as const;

const OPTIONS = Object.keys({
  ...CONFIG,
  ...FROM,
  ...SELECTION,
  ...RUN,
  ...KEEPING,
  ...WAIT,
  ...LOG,
  env: 0,
  out: 0,
  days: 0,
  help: 0,
  version: 0,
}).concat(
  connectorCommands.flatMap(({ commands }) => commands.flatMap(({ options }) => Object.keys(options))),
);
