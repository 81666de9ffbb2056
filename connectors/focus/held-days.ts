import type { PartitionFiles } from '../../src/file-sinks/partition-counts.js';
import type { OutputFolder } from '../../src/files/output-folder.js';
import type { Project } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';
import { readDayFile } from './months/day-file.js';
import { monthOf } from './months/month.js';
import { dayFile, monthFile, type Segments } from './months/month-files.js';

/** Looks at the days of a project that are there: one whose month has lost its file is not. */
export async function heldDays(
  folder: OutputFolder,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
  header: string,
): Promise<PartitionFiles> {
  const dated = days.filter((day) => day !== null);
  const sizesOf = (files: readonly Segments[]) =>
    folder.sizesOf(
      files[0]?.slice(0, -1) ?? [],
      files.map((segments) => segments.slice(-1)),
    );
  const [parts, months] = await Promise.all([
    sizesOf(dated.map((day) => dayFile(project, day))),
    sizesOf([...new Set(dated.map(monthOf))].map((month) => monthFile(project, month))),
  ]);
  const sizeIn = (sizes: ReadonlyMap<string, number>, segments: Segments) => sizes.get(segments.at(-1) ?? '');
  return {
    sizesOf: (day) => {
      if (day === null || sizeIn(months, monthFile(project, monthOf(day))) === undefined) return undefined;
      const bytes = sizeIn(parts, dayFile(project, day));
      return bytes === undefined ? undefined : [bytes];
    },
    count: async (day) => {
      const found = day === null ? undefined : await readDayFile(folder.path(dayFile(project, day)), header);
      return found?.stream === stream.name ? { records: found.records, sums: found.sums } : undefined;
    },
  };
}
