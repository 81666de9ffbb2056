import type { Outlook, Prospect } from '../catalogue/estimate.js';
import type { Source } from '../catalogue/source.js';
import type { Project } from '../streams/partition.js';

/** As much of a sink as this needs. */
interface Foretelling {
  readonly name: string;
  readonly outlook?: ((prospect: Prospect) => readonly Outlook[]) | undefined;
}

/** What the records will come to in each sink that can say it, by its name. The source is only asked where one can. */
export async function outlooksOf(
  sinks: readonly Foretelling[],
  source: Pick<Source, 'distinctValues'>,
  projects: readonly Project[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Outlook[]>> {
  if (!sinks.some(({ outlook }) => outlook !== undefined)) return new Map();
  const values = (await source.distinctValues?.(projects, signal)) ?? new Map();
  return new Map(sinks.map(({ name, outlook }) => [name, outlook?.({ projects, values }) ?? []]));
}
