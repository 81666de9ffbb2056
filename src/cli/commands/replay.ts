import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ndjsonArchive } from '../../../connectors/ndjson/ndjson-archive.js';
import type { Job } from '../../config/job.js';
import { resolveWindow } from '../../config/window.js';
import { ExportError } from '../../errors/export-error.js';
import type { Window } from '../../pipeline/plan.js';
import { type Log, silentLog } from '../../report/log.js';
import { type DeliveryOptions, deliver } from '../delivery-run.js';
import type { Surroundings } from '../surroundings.js';

export interface ReplayOptions extends DeliveryOptions {
  /** Folder that an `ndjson` sink wrote, relative to the working directory. */
  readonly from: string;
  /** Waits for another run on the same state instead of refusing. */
  readonly wait: boolean;
}

/** Without `--since` and `--until`, all that the archive has: the job's window is about Deepgram. */
const EVERYTHING = { since: '2015-01-01', until: 'now' };

/** Delivers an NDJSON archive to the sinks of a job, asks Deepgram nothing, and leaves the state as it is. */
export function replay(options: ReplayOptions, surroundings: Surroundings): Promise<number> {
  const path = resolve(surroundings.cwd, options.from);
  const { since = EVERYTHING.since, until = EVERYTHING.until } = options;
  const archiveOf = (job: Job, days: Window, log: Log) =>
    ndjsonArchive({
      path,
      streams: job.streams,
      projects: job.source.projects,
      since: days.since,
      until: days.until,
      log,
    });
  return deliver(
    { ...options, since, until },
    {
      state: { use: 'leave', fullRefresh: false, wait: options.wait },
      window: async (job, now) => {
        await refuseOwnArchive(job, path, options.from);
        const asked = resolveWindow(job.window, now);
        return { ...asked, ...(await archiveOf(job, asked, silentLog).span()) };
      },
      openSource: async (job, window, log) => archiveOf(job, window, log),
    },
    surroundings,
  );
}

/** A sink that writes the archive while it is read would leave out of it what could not be read. */
async function refuseOwnArchive(job: Job, path: string, asGiven: string): Promise<void> {
  const archive = await withoutLinks(path);
  for (const { name, outputPaths } of job.sinks) {
    for (const output of await Promise.all(outputPaths.map(withoutLinks))) {
      if (!isWithin(output, archive) && !isWithin(archive, output)) continue;
      throw new ExportError('USAGE', `--from: the sink ${name} writes ${asGiven} itself.`, {
        kind: 'config',
        hint: 'Name the sinks that are to be filled: --sink NAME.',
      });
    }
  }
}

/** The path as it is where it is not there: then it is no way to anything else either. */
function withoutLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
