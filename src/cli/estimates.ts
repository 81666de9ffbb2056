import type { Estimate } from '../catalogue/estimate.js';
import type { Sink } from '../catalogue/sink.js';
import type { Source } from '../catalogue/source.js';
import type { Project } from '../streams/partition.js';

/**
 * What the records will come to in each sink that can say it, by its name. The source is only asked where one can.
 *
 * @param known the source's projects. Default: it is asked for them.
 */
export async function estimatesOf(
  sinks: readonly { readonly name: string; readonly estimate?: Sink['estimate'] | undefined }[],
  source: Source,
  signal: AbortSignal,
  known?: readonly Project[],
): Promise<ReadonlyMap<string, readonly Estimate[]>> {
  if (!sinks.some(({ estimate }) => estimate !== undefined)) return new Map();
  const projects = known ?? (await source.projects(signal));
  const values = (await source.distinctValues?.(projects, signal)) ?? new Map();
  return new Map(sinks.map(({ name, estimate }) => [name, estimate?.({ projects, values }) ?? []]));
}
