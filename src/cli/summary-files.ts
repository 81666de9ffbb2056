import { constants } from 'node:fs';
import { type FileHandle, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import type { Job } from '../config/job.js';
import { ExportError } from '../errors/export-error.js';
import { whyNotWritten } from '../files/file-error.js';
import { openRegularFile } from '../files/regular-file.js';
import type { Summary } from '../summary/summary.js';
import { summaryMarkdown } from '../summary/summary-markdown.js';
import { jsonText } from '../text/one-line.js';

/** Where a summary goes besides the screen. */
export interface SummaryOptions {
  /** File for the summary, relative to the working directory. */
  readonly summary?: string | undefined;
}

const { O_RDWR, O_CREAT, O_WRONLY, O_APPEND } = constants;

/**
 * Before anything is read: a summary that cannot be written at the end would be a long wait for nothing. Leaves no file
 * behind: it may be the place of one that is still to come.
 */
export async function tryWriting({ summary }: SummaryOptions, { cwd }: CliContext): Promise<void> {
  if (summary === undefined) return;
  const path = resolve(cwd, summary);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  try {
    await (await openForSummary(path)).close();
    if (!isThere) await rm(path);
  } catch (cause) {
    throw refused(`--summary: ${summary} cannot be written (${whyNot(cause)}).`, cause);
  }
}

/** The state may not be there yet; any other file of the run that is there is told by what it holds. */
export function refuseState({ summary }: SummaryOptions, { state }: Job, { cwd }: CliContext): void {
  if (summary === undefined || state.path === undefined) return;
  const path = resolve(cwd, summary);
  if (path !== state.path && !path.startsWith(`${state.path}.`)) return;
  throw refused(`--summary: ${summary} cannot be written (the state is kept there).`);
}

function refused(message: string, cause?: unknown): ExportError {
  return new ExportError('SUMMARY_FILE', message, {
    kind: 'config',
    hint: 'Name a file in a folder that is there and may be written to: a new one, or the summary of an earlier run.',
    cause,
  });
}

/**
 * Writes the summary to its file and to that of GitHub Actions; false where the file could not be written. One that was
 * refused before is left alone.
 */
export async function writeSummaries(
  summary: Summary,
  options: SummaryOptions,
  context: CliContext,
): Promise<boolean> {
  const { screen, cwd, env } = context;
  const write = async (name: string, opening: Promise<FileHandle>, text: string) => {
    try {
      const handle = await opening;
      await handle.writeFile(text).finally(() => handle.close());
      return true;
    } catch (error) {
      screen.line(`The summary could not be written to ${name}: ${whyNot(error)}.`);
      return false;
    }
  };
  const inFile =
    options.summary === undefined ||
    summary.error?.code === 'SUMMARY_FILE' ||
    (await write(
      options.summary,
      emptied(openForSummary(resolve(cwd, options.summary))),
      `${screen.masked(jsonText(summary, 2))}\n`,
    ));
  const steps = env.GITHUB_STEP_SUMMARY;
  // A convenience of the CI system: its absence does not make a run fail.
  if (steps) {
    const markdown = summaryMarkdown(summary, (text) => screen.masked(text));
    await write(
      '$GITHUB_STEP_SUMMARY',
      openRegularFile(resolve(cwd, steps), O_WRONLY | O_APPEND | O_CREAT),
      markdown,
    );
  }
  return inFile;
}

/** Opens a new file, an empty one or a summary: whatever else is there may be the configuration, the state, an output. */
async function openForSummary(path: string): Promise<FileHandle> {
  const handle = await openRegularFile(path, O_RDWR | O_CREAT);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    if (bytesRead === 0 || BEGINNING.test(buffer.toString('latin1', 0, bytesRead))) return handle;
    throw refused('it holds something else than a summary');
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function whyNot(error: unknown): string {
  return error instanceof ExportError ? error.message : whyNotWritten(error)[0];
}

async function emptied(opening: Promise<FileHandle>): Promise<FileHandle> {
  const handle = await opening;
  await handle.truncate();
  return handle;
}

const BEGINNING_BYTES = 64;
/** As every summary begins, also one that was put on one line. */
const BEGINNING = /^\s*\{\s*"version":\s*1,\s*"outcome":/;
