import { pathSegment } from '../../../src/files/path-segment.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { ArchiveFile } from '../../ndjson/archive/archive-file.js';
import { listArchive } from '../../ndjson/archive/archive-listing.js';
import { projectsOf } from '../../ndjson/archive/archive-projects.js';

/** A partition whose records are kept in the sink's folder. */
export interface KeptPartition {
  /** `7c9a…/2026-11-20`. */
  readonly name: string;
  readonly partition: Partition;
  readonly file: ArchiveFile;
}

/** The partitions of these streams, in the order of projects and days. */
export async function keptPartitions(
  root: string,
  streams: readonly Stream[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Stream, readonly KeptPartition[]>> {
  const { files } = await listArchive(root);
  const projects = new Map(
    (await projectsOf(files, signal)).map((project) => [pathSegment(project.id), project]),
  );
  return new Map(
    streams.map((stream) => {
      const own = files.filter((file) => file.stream === stream.name);
      const kept = own.flatMap((file): KeptPartition[] => {
        const project = projects.get(file.projectSegment);
        if (project === undefined) return [];
        const partition = { stream, project, day: file.day };
        return [{ name: `${project.id}/${file.day ?? 'snapshot'}`, partition, file }];
      });
      return [stream, kept];
    }),
  );
}
