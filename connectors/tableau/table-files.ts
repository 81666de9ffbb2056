import type { Output, OutputEntry, Segments } from '../../src/files/output.js';
import { pathSegment } from '../../src/files/path-segment.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Day } from '../../src/time/day.js';

/** The whole table in one file, as `layout: single` has it. */
export function tableFile(table: string): Segments {
  return [`${table}.csv`];
}

/** What one partition adds to the single file: kept, so that a run replaces its days and leaves the others. */
export function partFile(table: string, partition: Partition): Segments {
  return [
    '.parts',
    table,
    `project_id=${pathSegment(partition.project.id)}`,
    `${partition.day ?? 'snapshot'}.csv`,
  ];
}

/** One partition in a file of its own, as `layout: daily` has it: the name alone says what is in it. */
export function dailyFile(table: string, partition: Partition): Segments {
  return [table, `${table}_${pathSegment(partition.project.id)}_${partition.day ?? 'snapshot'}.csv`];
}

/** The file that the same partition has of another table. */
export function fileOfTable(file: Segments, table: string, other: string): Segments {
  return file.map((segment) => {
    if (segment === table) return other;
    return segment.startsWith(`${table}_`) ? other + segment.slice(table.length) : segment;
  });
}

/** The day of a partition's file; undefined for a snapshot. */
export function dayOfFile(path: string): Day | undefined {
  return /(?:^|[/\\_])(\d{4}-\d{2}-\d{2})\.csv$/.exec(path)?.[1];
}

/** What the folders and files of partitions are called, from the sink's folder down. */
export const PARTITION_FILES = {
  single: [/^\.parts$/, /^[^.]/, /^project_id=/, /^[^.].*\.csv$/],
  daily: [/^[^.]/, /^[^.].*\.csv$/],
} as const satisfies Record<string, readonly RegExp[]>;

/** The parts of a table that are there, by project id and then by day. */
export async function listParts(folder: Output, table: string): Promise<readonly Segments[]> {
  const projects = await entriesOf(folder, ['.parts', table]);
  const parts: Segments[] = [];
  for (const project of projects.filter((entry) => entry.isDirectory())) {
    const segments = ['.parts', table, project.name];
    for (const name of csvFiles(await entriesOf(folder, segments))) parts.push([...segments, name]);
  }
  return parts;
}

/** The files of a table that are there, under their final names, in the order of those names. */
export async function listTableFiles(
  folder: Output,
  table: string,
  layout: 'single' | 'daily',
): Promise<readonly Segments[]> {
  if (layout === 'daily') return csvFiles(await entriesOf(folder, [table])).map((name) => [table, name]);
  const [single = ''] = tableFile(table);
  return csvFiles(await entriesOf(folder, [])).includes(single) ? [[single]] : [];
}

/** Regular files only: a link below the folder is not followed, and what is half written begins with a dot. */
function csvFiles(entries: readonly OutputEntry[]): string[] {
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.csv') && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

async function entriesOf(folder: Output, segments: Segments): Promise<OutputEntry[]> {
  return [...(await folder.entries(segments))].sort((a, b) => (a.name < b.name ? -1 : 1));
}
