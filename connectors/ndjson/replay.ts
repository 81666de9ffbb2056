import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CliContext } from '../../src/catalogue/cli-context.js';
import { type DeliveryOptions, runCommand } from '../../src/cli/run-command.js';
import type { Job } from '../../src/config/job.js';
import type { Path } from '../../src/config/mistakes/mistake.js';
import { resolveWindow } from '../../src/config/settings/window.js';
import { ExportError } from '../../src/errors/export-error.js';
import { isWithin } from '../../src/files/is-within.js';
import { isObjectUrl } from '../../src/files/location.js';
import { type Log, silentLog } from '../../src/log/log.js';
import type { Window } from '../../src/time/window.js';
import { ndjsonArchive } from './archive/ndjson-archive.js';

export interface ReplayOptions extends DeliveryOptions {
  /** Folder that an `ndjson` sink wrote, relative to the working directory. */
  readonly from: string;
  /** Waits for another run on the same state instead of refusing. */
  readonly wait: boolean;
}

/**
 * Delivers an NDJSON archive to the sinks of a job, asks Deepgram nothing, and leaves the state as it is. What the
 * state knows a sink to have of a later reading than the archive's stays.
 */
export async function replay(options: ReplayOptions, context: CliContext): Promise<number> {
  if (isObjectUrl(options.from)) throw notFromObjects(options.from);
  const path = resolve(context.cwd, options.from);
  const archiveOf = (job: Job, days: Window, log: Log) =>
    ndjsonArchive({
      path,
      calledAs: options.from,
      streams: job.streams,
      streamsChosen: (options.stream?.length ?? 0) > 0,
      projects: job.source.projects,
      since: days.since,
      until: days.until,
      log,
    });
  return runCommand(
    // The window of the file is about its source.
    { ...options, allDays: true },
    {
      checkpoints: { use: 'replay', wait: options.wait },
      replacesAll: true,
      isNeeded: (setting) => isUsed(setting, options),
      window: async (job, now) => {
        await refuseOwnArchive(job, path, options.from);
        const asked = resolveWindow(job.window, now);
        return { ...asked, ...(await archiveOf(job, asked, silentLog).span()) };
      },
      openSource: async (job, window, log) => archiveOf(job, window, log),
    },
    context,
  );
}

/** Its files are read in several passes, and by their times. */
function notFromObjects(from: string): ExportError {
  return new ExportError('USAGE', '--from: an archive in an object store is not read.', {
    kind: 'config',
    hint: `Copy it to a folder, with its times where your program keeps them, such as with aws s3 sync ${from} FOLDER, and name that.`,
  });
}

/** Of the source only its choice of projects is used, and of the sinks those that are filled. */
function isUsed([part, name]: Path, { project, sink }: ReplayOptions): boolean {
  if (part === 'source') return name === 'projects' && !project?.length;
  return part !== 'sinks' || !sink?.length || sink.includes(String(name));
}

/** A sink that writes the archive while it is read would leave out of it what could not be read. */
async function refuseOwnArchive(job: Job, path: string, asGiven: string): Promise<void> {
  const archive = await withoutLinks(path);
  for (const { name, outputPaths } of job.sinks) {
    const folders = outputPaths.filter((output) => !isObjectUrl(output));
    for (const output of await Promise.all(folders.map(withoutLinks))) {
      if (!isWithin(output, archive) && !isWithin(archive, output)) continue;
      throw new ExportError('USAGE', `--from: the sink ${name} writes ${asGiven} itself.`, {
        kind: 'config',
        hint: 'Name the sinks that are to be filled: --sink NAME.',
      });
    }
  }
}

/** Also of a path that is not there yet, as far as it is. */
async function withoutLinks(path: string): Promise<string> {
  const parent = dirname(path);
  return realpath(path).catch(async () =>
    parent === path ? path : join(await withoutLinks(parent), basename(path)),
  );
}
