import type { DayVersions, Source } from '../catalogue/source.js';
import type { CheckpointView } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';

/** What the source says of the days of the window, where it can spare a reading. */
export async function versionsFor(
  source: Source,
  streams: readonly Stream[],
  projects: readonly Project[],
  { remembers }: CheckpointView,
  signal: AbortSignal,
): Promise<DayVersions> {
  const hasDays = streams.some(({ partitionedBy, observedOnly }) => partitionedBy === 'day' && !observedOnly);
  if (!hasDays || !remembers || source.dayVersions === undefined) return new Map();
  return source.dayVersions(projects, signal);
}
