import { z } from 'zod';
import type { HeldPartition } from '../catalogue/sink.js';
import type { Output } from '../files/output.js';
import { pathSegment } from '../files/path-segment.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';

/** What a partition holds, and how long its files are, in bytes: its own first, then those of its child tables. */
export interface CountedPartition extends HeldPartition {
  readonly bytes: readonly number[];
}

/** The partitions of one stream and project by their days. */
export type CountedPartitions = ReadonlyMap<Day | null, CountedPartition>;

const VERSION = 1;
/** Far beyond what a century of days takes. */
const MOST_BYTES = 16 * 1024 * 1024;
const SNAPSHOT = 'snapshot';

const file = z.object({ version: z.literal(VERSION), days: z.looseObject({}) });
const entry = z
  .tuple([z.int().min(0), z.record(z.string(), z.number()), z.array(z.int().min(0))])
  .transform(([records, sums, bytes]): CountedPartition => ({ records, sums, bytes }));

/**
 * What is noted of these days. None of a file that is missing or damaged: the partitions can tell by themselves, which
 * only takes longer.
 */
export async function readCounts(
  folder: Output,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
): Promise<CountedPartitions> {
  const noted = await notedDays(folder, stream, project);
  const counts = new Map<Day | null, CountedPartition>();
  for (const day of days) {
    const name = day ?? SNAPSHOT;
    const found = Object.hasOwn(noted, name) ? entry.safeParse(noted[name]).data : undefined;
    if (found) counts.set(day, found);
  }
  return counts;
}

/** Adds these to what is noted, whole or not at all; what says the same already is not written. */
export async function addCounts(
  folder: Output,
  stream: Stream,
  project: Project,
  counts: CountedPartitions,
): Promise<void> {
  const before = await notedDays(folder, stream, project);
  const added = [...counts].map(([day, { records, sums, bytes }]) => [
    day ?? SNAPSHOT,
    [records, sums, bytes],
  ]);
  // In order, so that the same partitions leave the same file, whichever was delivered last.
  const days = Object.entries({ ...before, ...Object.fromEntries(added) }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const text = textOf(Object.fromEntries(days));
  if (text === textOf(before)) return;
  // Not worth a wait for the disk: what a power cut takes away is counted anew.
  await folder.replaceFile(segmentsOf(stream, project), (written) => written.write(text), { durable: false });
}

/** Removes what is noted of a stream, by its name. */
export async function removeCounts(folder: Output, stream: string): Promise<void> {
  const entries = await folder.entries(folderOf(stream));
  await folder.removeFiles(entries.map(({ name }) => [...folderOf(stream), name]));
}

async function notedDays(
  folder: Output,
  stream: Stream,
  project: Project,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await folder.readShort(segmentsOf(stream, project), MOST_BYTES);
  try {
    return file.safeParse(JSON.parse(text ?? '{}')).data?.days ?? {};
  } catch {
    return {};
  }
}

function textOf(days: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ version: VERSION, days })}\n`;
}

function segmentsOf(stream: Stream, project: Project): readonly string[] {
  return [...folderOf(stream.name), `project_id=${pathSegment(project.id)}.json`];
}

/** Hidden, and no file that engines would read: what they find in the folder is data. */
function folderOf(stream: string): readonly string[] {
  return ['.counts', stream];
}
