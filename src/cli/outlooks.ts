import type { Outlook, Prospect } from '../pipeline/outlook.js';
import type { Project } from '../pipeline/partition.js';
import type { Source } from '../pipeline/source.js';

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
