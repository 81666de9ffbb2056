import { appendFile, open, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import { ExportError } from '../errors/export-error.js';
import type { Summary } from '../report/summary.js';
import { summaryMarkdown } from '../report/summary-markdown.js';
import { jsonText } from '../text/one-line.js';

/** Where a summary goes besides the screen. */
export interface SummaryOptions {
  /** File for the summary, relative to the working directory. */
  readonly summary?: string | undefined;
}

/** Before anything is read: a summary that cannot be written at the end would be a long wait for nothing. */
export async function tryWriting({ summary }: SummaryOptions, { cwd }: CliContext): Promise<void> {
  if (summary === undefined) return;
  try {
    await (await open(resolve(cwd, summary), 'a')).close();
  } catch (cause) {
    const message = `--summary: ${summary} cannot be written (${(cause as NodeJS.ErrnoException).code}).`;
    throw new ExportError('USAGE', message, {
      kind: 'config',
      hint: 'Name a file in a folder that is there and may be written to.',
      cause,
    });
  }
}

/** Writes the summary to its file and to that of GitHub Actions; false where the file could not be written. */
export async function writeSummaries(
  summary: Summary,
  options: SummaryOptions,
  context: CliContext,
): Promise<boolean> {
  const { screen, cwd, env } = context;
  const write = async (name: string, writing: Promise<void>) => {
    try {
      await writing;
      return true;
    } catch (error) {
      screen.line(`The summary could not be written to ${name}: ${(error as NodeJS.ErrnoException).code}.`);
      return false;
    }
  };
  const json = `${screen.masked(jsonText(summary, 2))}\n`;
  const inFile =
    options.summary === undefined ||
    (await write(options.summary, writeFile(resolve(cwd, options.summary), json)));
  const steps = env.GITHUB_STEP_SUMMARY;
  // A convenience of the CI system: its absence does not make a run fail.
  if (steps) {
    const markdown = summaryMarkdown(summary, (text) => screen.masked(text));
    await write('$GITHUB_STEP_SUMMARY', appendFile(resolve(cwd, steps), markdown));
  }
  return inFile;
}
