import type { ProjectCosts } from '../catalogue/costs.js';
import type { Source } from '../catalogue/source.js';
import { ExportError, failureOf } from '../errors/export-error.js';
import type { Project } from '../streams/partition.js';
import type { SinkLane } from './sink-lane.js';

/** Who may want to know what the projects have cost. */
interface CostsOptions {
  readonly source: Source;
  readonly lanes: readonly SinkLane[];
  readonly wantsCosts?: boolean;
  readonly signal: AbortSignal;
}

/** What the projects have cost, or why it is not known, each by itself; undefined where nobody asks, or was interrupted. */
export async function costsFor(
  { source, lanes, wantsCosts = false, signal }: CostsOptions,
  projects: readonly Project[],
): Promise<readonly ProjectCosts[] | undefined> {
  if (signal.aborted || !(wantsCosts || lanes.some((lane) => lane.wantsCosts))) return undefined;
  const costs = await Promise.all(
    projects.map(async (project): Promise<ProjectCosts> => {
      try {
        return await dailyCosts(source, project, signal);
      } catch (error) {
        if (!(error instanceof ExportError)) throw error;
        return { project, failure: failureOf(error) };
      }
    }),
  );
  return signal.aborted ? undefined : costs;
}

function dailyCosts(source: Source, project: Project, signal: AbortSignal): Promise<ProjectCosts> {
  if (source.dailyCosts !== undefined) return source.dailyCosts(project, signal);
  throw new ExportError('SOURCE_ANSWER', `Of ${source.name} it is not known what it costs.`, {
    kind: 'permanent',
  });
}
