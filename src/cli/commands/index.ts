import { type Command, type CommandGroup, defineCommand } from '../../catalogue/command.js';
import {
  ACCEPT_LESS,
  CONFIG,
  JOBS,
  LOG,
  NO_STATE,
  RUN,
  SELECTION,
  SHARD,
  WAIT,
} from '../options/option-groups.js';

/** The commands that every program of this kind has. Each is imported when it is chosen. */
export const coreCommands: readonly (Command | CommandGroup)[] = [
  defineCommand({
    name: 'sync',
    describe: 'Read the window and deliver it to every sink',
    options: {
      ...CONFIG,
      ...SELECTION,
      ...SHARD,
      ...RUN,
      ...NO_STATE,
      'full-refresh': {
        type: 'boolean',
        default: false,
        describe: 'Deliver the whole window again, whatever the state says',
      },
      ...ACCEPT_LESS,
      ...JOBS,
      'fail-over-budget': {
        type: 'boolean',
        default: false,
        describe: 'End with exit 3 where a day or the month has cost more than `budget` in the file',
      },
      'fail-on-difference': {
        type: 'string',
        requiresArg: true,
        describe: 'End with exit 3 where what was read differs by more, in percent, and nothing explains it',
      },
      ...WAIT,
      ...LOG,
    },
    load: async () => (await import('./sync.js')).sync,
  }),
  defineCommand({
    name: 'backfill',
    describe: 'Deliver a range of days once more, and leave the state as it is',
    options: { ...CONFIG, ...SELECTION, ...RUN, ...ACCEPT_LESS, ...JOBS, ...WAIT, ...LOG },
    load: async () => (await import('./backfill.js')).backfill,
  }),
  defineCommand({
    name: 'finish',
    describe: 'Put together what shards have delivered in folders that were one only afterwards',
    options: { ...CONFIG, stream: SELECTION.stream, sink: SELECTION.sink, ...LOG },
    load: async () => (await import('./finish.js')).finish,
  }),
  {
    name: 'state',
    describe: 'Show what every sink has, or change what is remembered of it',
    commands: [
      defineCommand({
        name: 'show',
        describe: 'Show what every sink has',
        options: CONFIG,
        load: async () => (await import('./state/show-state.js')).showState,
      }),
      defineCommand({
        name: 'repair',
        describe: 'Set a state aside that cannot be used; leaves one alone that is healthy',
        options: { ...CONFIG, ...WAIT, ...LOG },
        load: async () => (await import('./state/repair-state.js')).repairState,
      }),
      defineCommand({
        name: 'forget <sink..>',
        describe: 'Forget what sinks have, so that the next sync delivers the whole window there again',
        positionals: {
          sink: { type: 'string', array: true, demandOption: true, describe: 'Names of sinks' },
        },
        options: { ...CONFIG, ...WAIT, ...LOG },
        load: async () => (await import('./state/forget-sinks.js')).forgetSinks,
      }),
    ],
  },
  defineCommand({
    name: 'plan',
    describe: 'Show what sync would read and write, and how many API calls it takes',
    options: {
      ...CONFIG,
      ...SELECTION,
      ...SHARD,
      ...NO_STATE,
      format: {
        choices: ['table', 'json'] as const,
        default: 'table' as const,
        describe: 'json: every task as data, for a program',
      },
      ...LOG,
    },
    load: async () => (await import('./plan.js')).plan,
  }),
  defineCommand({
    name: 'validate',
    describe: 'Check the configuration without contacting anybody',
    options: {
      ...CONFIG,
      env: { type: 'boolean', default: false, describe: 'Also resolve the environment' },
    },
    load: async () => (await import('./validate.js')).validate,
  }),
  defineCommand({
    name: 'check',
    describe: 'Connect to the source and to every sink, and say what works',
    options: { ...CONFIG, ...SELECTION, ...LOG },
    load: async () => (await import('./check.js')).check,
  }),
  defineCommand({
    name: 'schema',
    describe: 'Print the JSON Schema of the configuration',
    options: {},
    load: async () => (await import('./schema.js')).schema,
  }),
];
