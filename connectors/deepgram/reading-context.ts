import type { Findings } from '../../src/pipeline/findings.js';
import type { Project } from '../../src/pipeline/partition.js';
import type { Row } from '../../src/records/field.js';
import type { DeepgramApi } from './deepgram-api.js';
import type { ProjectDirectory } from './project-directory.js';
import type { ReadAhead } from './read-ahead.js';
import type { StateAges } from './request-record.js';

/** What the readings of one project share. */
export interface ReadingContext {
  readonly api: DeepgramApi;
  readonly project: Project;
  readonly directory: ProjectDirectory;
  readonly findings: Findings;
  readonly ahead: ReadAhead;
  readonly ages: StateAges;
  /** Milliseconds since the epoch: what counts as now in the whole run. */
  readonly now: number;
}

/** The path of one of the project's endpoints. */
export function pathOf(context: ReadingContext, ...rest: readonly string[]): readonly string[] {
  return ['v1', 'projects', context.project.id, ...rest];
}

/** What is being done, with the project it is done for. */
export function saying(what: string, { project }: ReadingContext): string {
  return `${what} of ${project.name ?? project.id}`;
}

/** An answer as batches: one, or none when it is empty. */
export async function* once(rows: () => Promise<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  const all = await rows();
  if (all.length > 0) yield all;
}
