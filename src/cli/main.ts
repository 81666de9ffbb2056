import yargs, { type Argv } from 'yargs';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { ProgramContext } from '../catalogue/cli-context.js';
import type { Command, CommandGroup } from '../catalogue/command.js';
import { failureOf } from '../errors/export-error.js';
import { isOnGitHub } from '../summary/annotations.js';
import { EXIT, verdictOfFailure } from '../summary/exit-code.js';
import { failureLines, stackLines } from '../summary/failure-lines.js';
import { coreCommands } from './commands/index.js';
import { configFound } from './options/config-found.js';
import { checkSingleValues, mistakeFrom, UsageMistake } from './options/usage-mistake.js';
import { version } from './version.js';

/** What yargs puts behind each option: to people it says nothing that the words do not. */
const TYPE_TAGS = /\s+\[(?:boolean|string|array|number)\](?: \[default: false\])?$/gm;

/**
 * The command line of a program that is made of this catalogue. Returns the exit code; throws nothing. Each command is
 * imported when it is chosen, so that `--help` loads none of them.
 */
export async function main(
  argv: readonly string[],
  program: ProgramContext,
  catalogue: Catalogue,
): Promise<number> {
  const { screen } = program;
  let exitCode: number = EXIT.delivered;
  const run = async (command: Command, args: object) => {
    const implementation = await command.load();
    const context = { ...program, catalogue };
    const found = 'config' in command.options ? await configFound(args, context) : {};
    // Safe: yargs gives what the options describe, which is what `defineCommand` has asked for.
    exitCode = await implementation({ ...args, ...found } as never, context);
  };
  const commands = [...coreCommands, ...catalogue.commands];
  const options = Object.assign({}, ...commands.flatMap(commandsIn).map((command) => command.options));
  const parser = yargs()
    .scriptName('deepgram-export')
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
    .locale('en')
    .usage(`$0 <command> [options]\n\n${catalogue.about}`)
    .demandCommand(1, 'Which command?')
    .strict()
    .check(checkSingleValues(options))
    .recommendCommands()
    .version('version', 'Say which version this is', version())
    .help('help', 'Say what there is')
    .alias('h', 'help')
    .wrap(Math.min(100, screen.stdout.columns || 100))
    .epilogue(
      'Exit codes: 0 delivered, 1 bug, 2 configuration, 3 source, 4 some sinks, 5 all sinks, 6 another run holds the state, 128 and its number after a signal (129, 130, 143, …).',
    )
    .exitProcess(false)
    .fail((message, error) => {
      throw mistakeFrom(message, error, argv, [...Object.keys(options), 'help', 'version']);
    });
  for (const command of commands) add(command, parser, run);

  try {
    // With a callback, yargs hands over what it would print instead of printing it.
    await parser.parseAsync([...argv], {}, (_error, _args, output) => {
      if (output) screen.result(`${output.replace(TYPE_TAGS, '')}\n`);
    });
    return exitCode;
  } catch (error) {
    if (error instanceof UsageMistake) {
      screen.line(error.message);
      if (isOnGitHub(program.env)) screen.annotation('error', error.message);
      screen.line(`See ${['deepgram-export', ...namedCommand(argv, commands), '--help'].join(' ')}.`);
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
    if (isOnGitHub(program.env)) screen.annotation('error', lines.join('\n'));
    return verdictOfFailure(failure, program.interruptCode()).exitCode;
  }
}

function add(
  command: Command | CommandGroup,
  parser: Argv,
  run: (command: Command, args: object) => Promise<void>,
): void {
  if ('commands' in command) {
    const names = command.commands.map(({ name }) => name.split(' ')[0]).join(' or ');
    parser.command(command.name, command.describe, (group) => {
      for (const one of command.commands) add(one, group, run);
      return group.demandCommand(1, `Which: ${names}?`);
    });
    return;
  }
  const { name, describe, positionals = {}, options } = command;
  parser.command(
    name,
    describe,
    (one) => {
      for (const [key, positional] of Object.entries(positionals)) one.positional(key, positional);
      return one.options(options);
    },
    (args) => run(command, args),
  );
}

/** The command that the arguments begin with, as far as it is one: `state show`. */
function namedCommand(
  argv: readonly string[],
  commands: readonly (Command | CommandGroup)[],
): readonly string[] {
  const [word, ...others] = argv;
  // Behind a name may be what it takes: `init [file]`.
  const found = commands.find(({ name }) => name.split(' ')[0] === word);
  if (word === undefined || found === undefined) return [];
  return [word, ...('commands' in found ? namedCommand(others, found.commands) : [])];
}

function commandsIn(command: Command | CommandGroup): readonly Command[] {
  return 'commands' in command ? command.commands : [command];
}
