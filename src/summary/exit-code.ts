import type { RunResult } from '../deliver/run.js';
import type { Failure } from '../errors/export-error.js';
import type { BudgetCheck } from './budget.js';
import type { DifferenceCheck } from './reconciliation.js';
import type { SummaryInput } from './summary.js';

/** Exit codes that scripts rely on; after a signal it is 128 and its number. */
export const EXIT = {
  delivered: 0,
  bug: 1,
  config: 2,
  source: 3,
  someSinks: 4,
  /** Everything was delivered, but the summary or the results could not be written where they were asked for. */
  unwritten: 4,
  allSinks: 5,
  locked: 6,
} as const;

type Verdict = Pick<SummaryInput, 'outcome' | 'exitCode'>;

/**
 * What a run amounts to. A sink that failed counts before a source that did, since it is the one that lost
 * what could be read; both are in the summary. A budget, and a difference, count where all else is well.
 *
 * @param budget undefined where it does not count
 * @param difference undefined where it does not count
 */
export function verdictOf(
  result: RunResult,
  interruptCode: number | undefined,
  budget?: BudgetCheck | undefined,
  difference?: DifferenceCheck | undefined,
): Verdict {
  if (result.interrupted) return { outcome: 'interrupted', exitCode: interruptCode ?? 130 };
  const required = result.sinks.filter((sink) => sink.required);
  const failed = required.filter((sink) => sink.failure !== null);
  if (failed.some((sink) => sink.failure?.kind === 'bug')) return { outcome: 'failed', exitCode: EXIT.bug };
  if (failed.length > 0 && failed.length === required.length) {
    return { outcome: 'all-sinks-failed', exitCode: EXIT.allSinks };
  }
  if (failed.length > 0) return { outcome: 'sinks-failed', exitCode: EXIT.someSinks };
  if (result.sourceFailures.some((failure) => failure.kind === 'bug'))
    return { outcome: 'failed', exitCode: EXIT.bug };
  if (isIncomplete(result)) return { outcome: 'source-incomplete', exitCode: EXIT.source };
  if (budget?.verdict === 'exceeded') return { outcome: 'over-budget', exitCode: EXIT.source };
  if (budget?.verdict === 'unknown') return { outcome: 'budget-unknown', exitCode: EXIT.source };
  if (difference === 'exceeded') return { outcome: 'differs', exitCode: EXIT.source };
  if (difference === 'unknown') return { outcome: 'difference-unknown', exitCode: EXIT.source };
  return { outcome: 'delivered', exitCode: EXIT.delivered };
}

/** True where something of the source is not delivered or may not be whole, one record that could not be understood included. */
function isIncomplete({ sourceFailures, keptBack, findings }: RunResult): boolean {
  const { incomplete, rejected } = findings;
  return sourceFailures.length > 0 || keptBack.length > 0 || incomplete.length > 0 || rejected.size > 0;
}

/**
 * What it amounts to when nothing could be run at all. A state that another run holds is no mistake of the user's, and is
 * told apart from one, since a schedule may come round to it at any time.
 */
export function verdictOfFailure(failure: Failure, interruptCode: number | undefined): Verdict {
  if (failure.code === 'STATE_LOCKED') return { outcome: 'locked', exitCode: EXIT.locked };
  switch (failure.kind) {
    case 'config':
      return { outcome: 'config', exitCode: EXIT.config };
    case 'interrupted':
      return { outcome: 'interrupted', exitCode: interruptCode ?? 130 };
    case 'bug':
      return { outcome: 'failed', exitCode: EXIT.bug };
    default:
      return { outcome: 'source-incomplete', exitCode: EXIT.source };
  }
}
