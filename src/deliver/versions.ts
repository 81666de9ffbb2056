import type { DayVersions, Source } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';

interface VersionsOptions {
  readonly source: Source;
  readonly streams: readonly Stream[];
  readonly checkpoints: Pick<Checkpoints, 'remembers' | 'knownProjects'>;
  readonly signal: AbortSignal;
}

/** What the source says of the days of the window, where it can spare a reading, now or in a later run. */
export async function versionsFor(
  { source, streams, checkpoints: { remembers }, signal }: VersionsOptions,
  projects: readonly Project[],
): Promise<DayVersions> {
  const hasDays = streams.some(({ partitionedBy, observedOnly }) => partitionedBy === 'day' && !observedOnly);
  if (!hasDays || !remembers || projects.length === 0 || source.dayVersions === undefined) return new Map();
  return source.dayVersions(projects, signal);
}

/**
 * The same, where it can spare a reading now: of the other projects, who reads their days asks before, by the calls that
 * reading takes anyway.
 */
export function versionsThatSpare(
  options: VersionsOptions,
  projects: readonly Project[],
): Promise<DayVersions> {
  const known = options.checkpoints.knownProjects?.();
  return versionsFor(
    options,
    projects.filter(({ id }) => known?.has(id)),
  );
}
