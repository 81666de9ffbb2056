import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import type { LogOptions } from '../../../src/cli/options/log-options.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { maskFor } from '../../../src/secrets/mask.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { printable } from '../../../src/text/one-line.js';
import { configuredSink } from '../configured-sink.js';
import type { PostgresSettings } from '../postgres-settings.js';
import { identifier } from '../tables/identifier.js';
import { READER, readerGrants, readerRole } from './reader-role.js';

/** Prints what an administrator runs once, so that the one role can write and the other one read. */
export async function grants(
  options: Pick<JobOptions, 'config'> & LogOptions & { readonly sink?: readonly string[] | undefined },
  context: CliContext,
): Promise<number> {
  const job = await jobFor({ config: options.config, sink: options.sink }, context);
  const sql = `${grantsText(configuredSink(job).settings).join('\n')}\n`;
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

function grantsText({ url, schema }: PostgresSettings): readonly string[] {
  const writer = identifier(url.user ?? 'deepgram_writer');
  const [database, where] = [identifier(url.database), identifier(schema)];
  const ended = (statements: readonly string[]) => statements.map((statement) => `${statement};`);
  return [
    `-- Run these as an administrator, connected to ${database}; what is there already stays as it is.`,
    '',
    `-- The role that writes: it owns the schema ${where}, and needs nothing outside of it.`,
    `-- Where it is not there yet: create role ${writer} login password '…';`,
    ...ended([
      `grant connect, temporary on database ${database} to ${writer}`,
      `create schema if not exists ${where} authorization ${writer}`,
    ]),
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
