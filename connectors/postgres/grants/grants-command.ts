import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import type { LogOptions } from '../../../src/cli/options/log-options.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { maskFor } from '../../../src/secrets/mask.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { printable } from '../../../src/text/one-line.js';
import { configuredSink } from '../configured-sink.js';
import { addressText } from '../connection/database-url.js';
import type { PostgresSettings } from '../postgres-settings.js';
import { queueSchema } from '../state/queue-place.js';
import { configuredState, type PostgresStateSettings } from '../state/state-type.js';
import { identifier } from '../tables/identifier.js';
import { overviewGrant, READER, readerGrants, readerRole } from './reader-role.js';

/** Prints what an administrator runs once, so that the one role can write and the other one read. */
export async function grants(
  options: Pick<JobOptions, 'config' | 'envFile' | 'sink'> & LogOptions,
  context: CliContext,
): Promise<number> {
  const job = await jobFor(options, context);
  const { settings } = configuredSink(job);
  const sql = `${[...grantsText(settings), ...stateText(configuredState(job), settings)].join('\n')}\n`;
  if (printable(maskFor(job.secrets)(sql)) !== sql) throw otherwisePrinted();
  context.screen.result(sql);
  return EXIT.delivered;
}

/** What would be harmful to print is printed otherwise, and SQL with another name is about another role. */
function otherwisePrinted(): ExportError {
  const message =
    'The statements cannot be printed: the user or the database is named like a password of the configuration, or like a command of a CI system.';
  return new ExportError('CONFIG_INVALID', message, {
    kind: 'config',
    hint: 'Choose another password, or another name.',
  });
}

function grantsText(sink: PostgresSettings): readonly string[] {
  const { url, schema } = sink;
  const [writer, database] = [writerOf(sink), identifier(url.database)];
  return [
    `-- Run these as an administrator, connected to ${database}; what is there already stays as it is.`,
    '',
    `-- The role that writes: it owns the schema ${identifier(schema)}, and needs nothing outside of it.`,
    `-- Where it is not there yet: create role ${writer} login password '…';`,
    ...ended(ownerGrants(sink, 'connect, temporary')),
    '',
    '-- The role of dashboards: it only reads, for a minute at most, and its days are UTC.',
    ...ended(readerRole()),
    `-- To let a dashboard in: alter role ${identifier(READER)} login password '…';`,
    '',
    '-- What it reads: also what is made later.',
    ...ended([
      `grant connect on database ${database} to ${identifier(READER)}`,
      `set role ${writer}`,
      ...readerGrants(schema),
      'reset role',
    ]),
  ];
}

/** Of a state beside the sink, which nobody reads who only reads that, and of the queue beside the state. */
function stateText(state: PostgresStateSettings | undefined, sink: PostgresSettings): readonly string[] {
  if (state === undefined) return [];
  const isThere = addressText(state.url) === addressText(sink.url);
  const reader = identifier(READER);
  if (isThere && state.schema === sink.schema) {
    return [
      '',
      `-- The state is in the same schema, and ${reader} reads it: give it another \`schema\`.`,
      ...queueText(state),
    ];
  }
  const where = isThere ? '' : ` Run these connected to ${identifier(state.url.database)}.`;
  return [
    '',
    `-- The state: the writer owns its schema too, and ${reader} has no rights there.${where}`,
    ...ended(ownerGrants(state, 'connect')),
    ...queueText(state),
  ];
}

function queueText(state: PostgresStateSettings): readonly string[] {
  const queue = queueSchema(state.schema);
  return [
    '',
    '-- The queue of workers, where `enqueue` and `worker` are to be used: the same role owns it.',
    ...ended([`create schema if not exists ${identifier(queue)} authorization ${writerOf(state)}`]),
    `-- How many tasks it has, ${identifier(READER)} reads too, and no task; \`enqueue\` says so again where it is not there yet.`,
    ...ended([overviewGrant(queue)]),
  ];
}

type Owned = Pick<PostgresSettings, 'url' | 'schema'>;

/** @param rights on the database */
function ownerGrants(owned: Owned, rights: string): readonly string[] {
  const writer = writerOf(owned);
  return [
    `grant ${rights} on database ${identifier(owned.url.database)} to ${writer}`,
    `create schema if not exists ${identifier(owned.schema)} authorization ${writer}`,
  ];
}

function writerOf({ url }: Owned): string {
  return identifier(url.user ?? 'deepgram_writer');
}

function ended(statements: readonly string[]): readonly string[] {
  return statements.map((statement) => `${statement};`);
}
