import { basename, dirname, resolve } from 'node:path';
import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import type { LogOptions } from '../../../src/cli/options/log-options.js';
import type { Path } from '../../../src/config/mistakes/mistake.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { OutputFolder } from '../../../src/files/output-folder.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { oneLine } from '../../../src/text/one-line.js';
import { configuredSink } from '../configured-sink.js';
import { READER } from '../grants/reader-role.js';
import { liveSource } from './live-source.js';
import { liveTables } from './live-tables.js';

export interface TdsOptions extends Pick<JobOptions, 'config' | 'envFile' | 'sink'>, LogOptions {
  /** The file, relative to the working directory. */
  readonly out: string;
}

/** Writes a data source with which Tableau reads the tables of a postgres sink. Nobody is contacted, and no password is written. */
export async function tds(options: TdsOptions, context: CliContext): Promise<number> {
  const { cwd, clock, screen } = context;
  const job = await jobFor(options, context, isNeeded);
  const { settings, streams } = configuredSink(job);
  const text = liveSource(liveTables(streams, settings.schema), settings);
  const path = resolve(cwd, options.out);
  const folder = new OutputFolder(dirname(path), { clock });
  await folder.replaceFile([basename(path)], (file) => file.write(text)).catch(refuseFile);
  if (!options.quiet) {
    screen.result(
      `The data source is in ${oneLine(options.out)}: open it in Tableau, and log in as ${READER}.\n`,
    );
  }
  return EXIT.delivered;
}

/** Keys and what is elsewhere are not. */
function isNeeded([part, , setting]: Path): boolean {
  return part === 'sinks' && ['type', 'streams', 'url', 'schema', 'tls'].includes(String(setting));
}

/** The file is an option of the command, so that it is the command line that is to be corrected. */
function refuseFile(error: unknown): never {
  if (!(error instanceof ExportError)) throw error;
  const { message, hint } = error;
  throw new ExportError('USAGE', `--out: ${message}`, { kind: 'config', hint, cause: error });
}
