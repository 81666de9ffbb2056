import { lstat } from 'node:fs/promises';
import type { PartitionWriter } from '../../src/catalogue/sink.js';
import { Findings } from '../../src/deliver/tally/findings.js';
import { ExportError, failureOf } from '../../src/errors/export-error.js';
import { dayFolder, projectFolder, projectSegmentOf } from '../../src/file-sinks/hive-folders.js';
import type { OutputFolder } from '../../src/files/output-folder.js';
import { type Log, silentLog } from '../../src/log/log.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { counted } from '../../src/text/text-table.js';
import type { Clock } from '../../src/time/clock.js';
import { isDay } from '../../src/time/day.js';
import { batchesOf } from './archive/archive-batches.js';
import { type ArchiveFile, groupFiles } from './archive/archive-file.js';
import { projectsOf } from './archive/archive-projects.js';
import { dayFileNamed, projectFileNamed } from './partition-path.js';

/** What became of the days in the layout before. */
export interface TakenOver {
  readonly days: number;
  /** What was left as it is, in sentences for the summary. */
  readonly notes: readonly string[];
}

export interface OlderLayoutOptions {
  readonly folder: OutputFolder;
  readonly streams: readonly Stream[];
  /** Begins a partition in today's layout, which must not replace one that is there, and looks as old as this file. */
  begin(partition: Partition, file: ArchiveFile): Promise<PartitionWriter>;
  /** Removes a partition from the layout before. */
  removeOlder(partition: Partition): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A run is not held up for longer, in milliseconds; what is left is the next one's. A sink has five minutes by default. */
const LONGEST_MS = 120_000;

/**
 * Writes the days of an archive that are in the layout before as today's, one after the other, and asks nobody for them:
 * with the fields of today, looking as old as they are. One that is there in today's layout counts, and the older file is
 * removed. What cannot be read, or would lose something, stays.
 */
export async function takeOverOlderLayout(
  options: OlderLayoutOptions,
  signal: AbortSignal,
): Promise<TakenOver> {
  const { folder, clock, log } = options;
  const endsAt = clock.now() + LONGEST_MS;
  const left: Left[] = [];
  let days = 0;
  let forLater = 0;
  for await (const { stream, files } of olderFiles(options)) {
    log.info(`${stream.name}: taking over ${counted(files.length, 'day')} of the layout before.`);
    for (const file of files) {
      if (signal.aborted || clock.now() >= endsAt) {
        forLater += 1;
        continue;
      }
      try {
        await takeOver(file, stream, options, signal);
        days += 1;
      } catch (error) {
        if (signal.aborted) forLater += 1;
        else left.push({ path: file.path, why: failureOf(error).message });
      }
    }
  }
  return { days, notes: notesOf(left, forLater, folder.root) };
}

interface Left {
  readonly path: string;
  readonly why: string;
}

/** Of each stream and project that has some, one a day. */
async function* olderFiles({
  folder,
  streams,
}: OlderLayoutOptions): AsyncGenerator<{ readonly stream: Stream; readonly files: readonly ArchiveFile[] }> {
  for (const stream of streams) {
    if (stream.partitionedBy !== 'day') continue;
    for (const entry of await folder.entries([stream.name])) {
      const projectSegment = projectSegmentOf(entry.name);
      if (projectSegment === undefined || !entry.isDirectory()) continue;
      const segments = [stream.name, entry.name];
      const files: ArchiveFile[] = [];
      for (const file of await folder.entries(segments)) {
        const { day = null, gzip = false } = projectFileNamed(file.name) ?? {};
        if (day === null || !isDay(day) || !file.isFile()) continue;
        const path = folder.path([...segments, file.name]);
        const { mtimeMs: writtenAt } = await lstat(path);
        files.push({
          stream: stream.name,
          projectSegment,
          folder: folder.path(segments),
          day,
          path,
          gzip,
          writtenAt,
        });
      }
      const byDay = [...groupFiles(files, ({ day }) => day ?? '').values()];
      if (byDay.length > 0) yield { stream, files: byDay.map(newestOf).sort(byName) };
    }
  }
}

/** Of the plain and the compressed file of a day. */
function newestOf(files: readonly ArchiveFile[]): ArchiveFile {
  const [newest] = files.toSorted((a, b) => b.writtenAt - a.writtenAt);
  if (!newest) throw new Error('a day without a file');
  return newest;
}

function byName(one: ArchiveFile, other: ArchiveFile): number {
  return one.path < other.path ? -1 : 1;
}

/** What is thrown says why the file stays. */
async function takeOver(
  file: ArchiveFile,
  stream: Stream,
  { folder, begin, removeOlder }: OlderLayoutOptions,
  signal: AbortSignal,
): Promise<void> {
  const [project] = await projectsOf([file], signal);
  if (!project) throw new Error('a file without a project');
  const partition: Partition = { stream, project, day: file.day };
  if (!(await isThere(folder, partition))) {
    const writer = await begin(partition, file);
    try {
      const findings = new Findings(silentLog);
      for await (const batch of batchesOf(file, partition, findings, signal)) await writer.write(batch);
      refuseLoss(findings, stream.name);
      await writer.commit();
    } catch (error) {
      await writer.abort(failureOf(error));
      // Another run may have delivered the day meanwhile.
      if (!(await isThere(folder, partition))) throw error;
    }
  }
  await removeOlder(partition);
}

async function isThere(folder: OutputFolder, { stream, project, day }: Partition): Promise<boolean> {
  const segments = [...projectFolder({ stream, project }), dayFolder(day ?? '')];
  const entries = await folder.entries(segments);
  return entries.some((entry) => entry.isFile() && dayFileNamed(entry.name) !== undefined);
}

/** A file is removed once all of it is in the new one. */
function refuseLoss(findings: Findings, stream: string): void {
  const { rejected, unknownFields, unknownForms } = findings.result();
  const misfit = rejected.get(stream);
  if (misfit) throw lossy(`${counted(misfit.count, 'record')} in it would be left out: ${misfit.example}`);
  const fields = unknownFields.get(stream);
  if (fields) throw lossy(`it has fields that are not exported: ${fields.join(', ')}`);
  const forms = unknownForms.get(stream);
  if (forms) throw lossy(`it has other numbers than whole ones in ${[...forms.keys()].join(', ')}`);
}

function lossy(why: string): ExportError {
  return new ExportError('SINK_FILES', why, { kind: 'permanent' });
}

function notesOf(left: readonly Left[], forLater: number, root: string): readonly string[] {
  const notes: string[] = [];
  const [first] = left;
  if (first !== undefined) {
    const stay = left.length === 1 ? 'stays as it is' : 'stay as they are, the first of them';
    notes.push(
      `${counted(left.length, 'day')} in the layout before ${stay}, which replay reads and engines do not: ` +
        `${first.path}: ${first.why}`,
    );
  }
  if (forLater > 0)
    notes.push(
      `${counted(forLater, 'day')} in ${root} still to be taken over from the layout before by the next run.`,
    );
  return notes;
}
