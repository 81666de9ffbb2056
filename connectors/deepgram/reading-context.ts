import type { Findings } from '../../src/deliver/tally/findings.js';
import type { Row } from '../../src/streams/field.js';
import type { Project } from '../../src/streams/partition.js';
import type { ProjectDirectory } from './account/project-directory.js';
import type { ProjectIdentity } from './account/project-identity.js';
import type { ProjectMemory } from './account/project-memory.js';
import type { DeepgramApi } from './api/deepgram-api.js';
import type { DailyCalls } from './daily/daily-calls.js';
import type { ProjectTotals } from './daily/project-totals.js';
import type { FactsUnderWay } from './facts-under-way.js';
import type { Reconciled } from './reconciliation/reconciled.js';
import type { PageLength } from './requests/page-length.js';
import type { ProjectPrices } from './requests/project-prices.js';
import type { ReadAhead } from './requests/read-ahead.js';
import type { StateAges } from './requests/request-state.js';
import type { UsageDifferences } from './requests/usage-differences.js';

/** What the readings of one project share. */
export interface ReadingContext {
  readonly api: DeepgramApi;
  readonly project: Project;
  readonly identity: ProjectIdentity;
  readonly directory: ProjectDirectory;
  /** Readings of days, which what names the project's things waits for. */
  readonly facts: FactsUnderWay;
  readonly memory: ProjectMemory;
  readonly daily: DailyCalls;
  readonly totals: ProjectTotals;
  readonly prices: ProjectPrices;
  readonly findings: Findings;
  readonly ahead: ReadAhead;
  readonly pages: PageLength;
  readonly differences: UsageDifferences;
  readonly reconciled: Reconciled;
  readonly ages: StateAges;
  /** Milliseconds since the epoch: what counts as now in the whole run. */
  readonly now: number;
}

/** An answer as batches: one, or none when it is empty. */
export async function* once(rows: () => Promise<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  const all = await rows();
  if (all.length > 0) yield all;
}
