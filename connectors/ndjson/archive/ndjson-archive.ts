import type { Batch, Source } from '../../../src/catalogue/source.js';
import { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { pathSegment } from '../../../src/files/path-segment.js';
import type { Log } from '../../../src/log/log.js';
import { chooseProjects } from '../../../src/streams/choose-projects.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { counted } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import { batchesOf } from './archive-batches.js';
import { type ArchiveFile, groupFiles } from './archive-file.js';
import { type ArchiveListing, listArchive } from './archive-listing.js';
import { projectsOf } from './archive-projects.js';

export interface NdjsonArchiveOptions {
  /** Absolute path of the folder that an `ndjson` sink wrote. */
  readonly path: string;
  /** What messages call that folder. Default: its path. */
  readonly calledAs?: string;
  /** The streams of the job. */
  readonly streams: readonly Stream[];
  /** True where the user has chosen these streams; else a warning names what else the archive holds. Default false. */
  readonly streamsChosen?: boolean;
  /** Ids or names of the projects to read; a name is the newest that the archive knows. Default: all. */
  readonly projects?: 'all' | readonly string[];
  /** First day to read. Default: the archive's first. */
  readonly since?: Day;
  /** Last day to read, included. Default: the archive's last. */
  readonly until?: Day;
  readonly log: Log;
}

export interface NdjsonArchive extends Source {
  /** The days that would be read, in order. Throws likewise. */
  days(): Promise<readonly Day[]>;
  /**
   * The first and the last day that would be read; undefined where there is none. Throws what
   * {@link Source.projects} throws: an `ExportError` of kind `config` for a folder that is no archive.
   */
  span(): Promise<{ readonly since: Day; readonly until: Day } | undefined>;
}

/** Files that are read at once: a core has enough with one, and the others wait for their sinks. */
const PARALLEL = 4;

/**
 * Reads what an `ndjson` sink has written, as a source: each file is a partition, with its records in the order of
 * the file. Snapshots have no day, and are read whatever `since` and `until` say.
 */
export function ndjsonArchive(options: NdjsonArchiveOptions): NdjsonArchive {
  const { path, streams, since = '', until = '9999-12-31', log } = options;
  const findings = new Findings(log);
  let listing: Promise<ArchiveListing> | undefined;
  let filesOf: ReadonlyMap<string, readonly ArchiveFile[]> = new Map();
  const list = () => {
    listing ??= listArchive(path);
    return listing;
  };
  const filesFor = (stream: Stream, project: Project) =>
    filesOf.get(`${stream.name}/${pathSegment(project.id)}`) ?? [];
  const isWithin = (day: Day) => day >= since && day <= until;
  const days = async () => daysOf((await list()).files, streams, isWithin);
  const span = async () => spanOf(await days());
  const projects = async (signal: AbortSignal) => {
    const { files, warnings } = await list();
    filesOf = groupFiles(files, (file) => `${file.stream}/${file.projectSegment}`);
    const unwanted = options.streamsChosen ? [] : unwantedStreams(files, streams);
    for (const warning of [...warnings, ...unwanted]) findings.warn(warning);
    const isByDay = streams.some((stream) => stream.partitionedBy === 'day');
    if (isByDay && (await span()) === undefined)
      findings.warn('The archive has no day of these streams between the first and the last one asked for.');
    return chooseProjects(await projectsOf(files, signal), options.projects ?? 'all', {
      who: 'The archive has',
      it: 'It has',
    });
  };

  return {
    name: `the archive ${options.calledAs ?? path}`,
    parallel: PARALLEL,
    traffic: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
    projects,
    days,
    span,
    oldestDay: () => undefined,
    readAt: (stream, project, day) => filesFor(stream, project).find((file) => file.day === day)?.writtenAt,
    divide: (stream, project, days) => {
      const asked = new Set<Day | null>(stream.partitionedBy === 'day' ? days.filter(isWithin) : [null]);
      return filesFor(stream, project)
        .filter(({ day }) => asked.has(day))
        .map(({ day }) => ({ days: [day], calls: 0 }));
    },
    async *read({ stream, project, days }, signal) {
      for (const file of filesFor(stream, project)) {
        if (!days.includes(file.day)) continue;
        const partition = { stream, project, day: file.day };
        yield { day: file.day, batches: namingDamage(batchesOf(file, partition, findings, signal), log) };
      }
    },
    check: async (_streams, signal) => {
      const found = await projects(signal);
      const { files } = await list();
      const detail = `${counted(files.length, 'file')} of ${counted(found.length, 'project')} ${files.length === 1 ? 'is' : 'are'} there`;
      return [{ what: `read ${path}`, ok: true, detail }];
    },
    findings: () => findings.result(),
    close: async () => {},
  };
}

function daysOf(
  files: readonly ArchiveFile[],
  streams: readonly Stream[],
  isWithin: (day: Day) => boolean,
): readonly Day[] {
  const wanted = new Set(streams.map(({ name }) => name));
  const days = files.flatMap(({ stream, day }) =>
    day !== null && wanted.has(stream) && isWithin(day) ? [day] : [],
  );
  return [...new Set(days)].sort();
}

function spanOf(days: readonly Day[]): { readonly since: Day; readonly until: Day } | undefined {
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? undefined : { since: first, until: last };
}

function unwantedStreams(files: readonly ArchiveFile[], streams: readonly Stream[]): readonly string[] {
  const others = new Set(files.map(({ stream }) => stream));
  for (const { name } of streams) others.delete(name);
  if (others.size === 0) return [];
  return [`The archive also holds ${[...others].join(', ')}, which this job does not have; left out.`];
}

/** The summary names the first failure of a stream; of an archive, every damaged file has to be known. */
async function* namingDamage(batches: AsyncIterable<Batch>, log: Log): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    if (error instanceof ExportError && error.kind === 'permanent') log.error(error.message);
    throw error;
  }
}
