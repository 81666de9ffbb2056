import { CONFIG_NAME } from './config-found.js';

/** Options that several commands have, in groups that a command asks for by spreading them into its own. */

export const CONFIG = {
  config: {
    alias: 'c',
    type: 'string',
    requiresArg: true,
    describe: `YAML file with the configuration (default: ${CONFIG_NAME}, where there is one)`,
  },
  'env-file': {
    type: 'string',
    requiresArg: true,
    describe: 'File with variables that the environment lacks, a line NAME=value for each',
  },
} as const;

/** What a job is narrowed by. */
export const SELECTION = {
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'First day: 36h, 7d, 4w back from now, or YYYY-MM-DD',
  },
  until: { type: 'string', requiresArg: true, describe: 'Last day: now, or YYYY-MM-DD, that day included' },
  month: {
    type: 'string',
    requiresArg: true,
    describe: 'A whole month in place of the two: 2026-10, last, or this (as far as it has come)',
  },
  yesterday: {
    type: 'boolean',
    default: false,
    describe: 'The whole of yesterday (UTC), in place of the two',
  },
  stream: { type: 'string', array: true, requiresArg: true, describe: 'Only these streams' },
  sink: { type: 'string', array: true, requiresArg: true, describe: 'Only these sinks, by their names' },
  project: { type: 'string', array: true, requiresArg: true, describe: 'Only these projects, by id or name' },
} as const;

/** Of what delivers. */
export const RUN = {
  'dry-run': { type: 'boolean', default: false, describe: 'Read everything and deliver nothing' },
  summary: {
    type: 'string',
    requiresArg: true,
    describe: 'Write the summary as JSON to this file, on every exit',
  },
} as const;

/** Of what can be cut into parts. */
export const SHARD = {
  shard: {
    type: 'string',
    requiresArg: true,
    describe: 'I/N: do part I of N of the work, such as 2/3, while other processes do the others',
  },
} as const;

export const NO_STATE = {
  'no-state': {
    type: 'boolean',
    default: false,
    describe: 'Neither look at the state nor keep one: only the window counts',
  },
} as const;

/** Of what reads again what may be delivered already. */
export const ACCEPT_LESS = {
  'accept-less': {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'STREAM:DAY that may be replaced by less than what is delivered, or by nothing',
  },
} as const;

/** Of what can be done by several processes at once. */
export const JOBS = {
  jobs: {
    type: 'number',
    requiresArg: true,
    describe: 'Read and deliver with so many processes of this machine (default: 1)',
  },
} as const;

/** Of what takes the state's lock. */
export const WAIT = {
  wait: {
    type: 'boolean',
    default: false,
    describe: 'Wait for another run on the same state instead of refusing',
  },
} as const;

/** How much is said, and how. */
export const LOG = {
  'log-format': {
    choices: ['pretty', 'json'] as const,
    default: 'pretty' as const,
    describe: 'How the log is written',
  },
  quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Say nothing unless something is wrong' },
  verbose: { alias: 'v', type: 'boolean', default: false, describe: 'Say more, such as each retry' },
} as const;
