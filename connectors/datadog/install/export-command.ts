import { resolve } from 'node:path';
import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import type { Path } from '../../../src/config/mistakes/mistake.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { OutputFolder } from '../../../src/files/output-folder.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { oneLine } from '../../../src/text/one-line.js';
import { counted } from '../../../src/text/text-table.js';
import { TELLS_NOBODY, unsentNotes } from './asset-notes.js';
import { type Asset, datadogAssets, monitorFiles } from './assets/datadog-assets.js';
import { DEFAULT_LIMITS } from './assets/monitor-limits.js';
import { configuredLimits, type LimitOptions, limitsOf } from './install-options.js';
import { shownSink } from './install-target.js';
import { notifying } from './stores/monitor-store.js';

export interface ExportOptions extends LimitOptions, Pick<JobOptions, 'config' | 'envFile' | 'sink'> {
  /** Folder for the files, relative to the working directory. */
  readonly out: string;
  readonly quiet: boolean;
}

/**
 * Writes the dashboard and the monitors as they would be installed, for import by hand and for Terraform. Datadog is not
 * asked, and no key is needed.
 */
export async function exportAssets(options: ExportOptions, context: CliContext): Promise<number> {
  const { screen, cwd, clock } = context;
  const limits = limitsOf(options);
  const job = await jobFor(options, context, isNeeded);
  const sink = shownSink(job);
  const { prefix, tags } = sink.settings;
  const notify = options.notify?.trim();
  const assets = datadogAssets({ prefix, tags, ...DEFAULT_LIMITS, ...limits, ...configuredLimits(job) });
  const folder = new OutputFolder(resolve(cwd, options.out), { clock });
  await writeAssets(assets, folder, notify).catch(refuseFolder);
  if (options.quiet) return EXIT.delivered;
  const monitors = assets.length - 1;
  screen.text(
    `The dashboard and ${counted(monitors, 'monitor')} of the sink ${sink.name} are in ${oneLine(options.out)}.\n`,
  );
  const notes = [...unsentNotes(assets, sink), ...(notify === undefined ? [TELLS_NOBODY] : [])];
  for (const note of notes) screen.line(oneLine(note));
  return EXIT.delivered;
}

/** What the files are made of; of everything else, keys above all, it does not matter whether it is there. */
function isNeeded([part, , setting]: Path): boolean {
  return part === 'sinks' && ['type', 'streams', 'prefix', 'tags', 'dimensions'].includes(String(setting));
}

/** A monitor that an earlier export has written and that there is no limit for any more is removed. */
async function writeAssets(
  assets: readonly Asset[],
  folder: OutputFolder,
  notify: string | undefined,
): Promise<void> {
  const fileOf = (monitor: string) => ['monitors', `${monitor}.json`];
  for (const { kind, name, body } of assets) {
    const isMonitor = kind === 'monitor';
    const text = JSON.stringify(isMonitor ? notifying(body, notify) : body, null, 2);
    await folder.replaceFile(isMonitor ? fileOf(name) : [`${name}.json`], (file) => file.write(`${text}\n`));
  }
  for (const name of Object.keys(monitorFiles)) {
    if (!assets.some((asset) => asset.name === name)) await folder.removeFile(fileOf(name));
  }
}

/** The folder is an option of the command, so that it is the command line that is to be corrected. */
function refuseFolder(error: unknown): never {
  if (!(error instanceof ExportError)) throw error;
  const { message, hint } = error;
  throw new ExportError('USAGE', `--out: ${message}`, { kind: 'config', hint, cause: error });
}
