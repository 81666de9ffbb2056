import type { Reconciliation } from '../catalogue/reconciliation.js';
import type { RunResult } from '../deliver/run.js';
import type { KeptBackDay, StreamOutcome } from '../deliver/tally/run-tally.js';
import type { SinkOutcome } from '../deliver/tally/sink-tally.js';
import type { SourceFailure } from '../deliver/tally/source-failures.js';
import type { Spent } from '../deliver/tally/spent-tally.js';
import type { Failure } from '../errors/export-error.js';
import type { Traffic } from '../http/http-stats.js';
import { timestampAt } from '../time/timestamp.js';
import type { Window } from '../time/window.js';
import type { BudgetCheck } from './budget.js';

/** What a run says at its end, on every exit. The JSON of `--summary` is exactly this. */
export interface Summary {
  readonly version: 1;
  readonly outcome: Outcome;
  readonly exit_code: number;
  /** True for a run that read everything and delivered nothing. */
  readonly dry_run: boolean;
  readonly started_at: string;
  readonly finished_at: string;
  readonly elapsed_ms: number;
  /**
   * The first and the last day that was read; where none was, those that were asked for. Null where the run ended before
   * that was known.
   */
  readonly window: { readonly since: string; readonly until: string } | null;
  readonly projects: readonly { readonly id: string; readonly name: string | null }[];
  readonly http: {
    readonly calls: number;
    readonly retries: number;
    readonly waited_ms: number;
    readonly received_bytes: number;
  };
  readonly streams: readonly StreamOutcome[];
  readonly source: {
    /** As it is called within a sentence: `Deepgram`, `the archive out/ndjson`. Null where none was opened. */
    readonly name: string | null;
    readonly failures: readonly SourceFailure[];
    /** What its key may not read and was left out, as it was asked to be: no failure. */
    readonly unavailable: readonly SourceFailure[];
    readonly rejected: readonly {
      readonly stream: string;
      readonly count: number;
      readonly example: string;
    }[];
    readonly unknown_fields: readonly { readonly stream: string; readonly fields: readonly string[] }[];
    /** Fields that could not be read, or not all of them: how often, and what the first was, such as `a list`. */
    readonly unknown_forms: readonly {
      readonly stream: string;
      readonly field: string;
      readonly count: number;
      readonly example: string;
    }[];
    readonly warnings: readonly string[];
    /** Days that sinks lack and that the source had no more: told by the first run that finds it so. */
    readonly lost: readonly LostDays[];
    /** Days whose reading gave less than what is delivered: that stays. */
    readonly kept_back: readonly KeptBackDay[];
    /** How many days are so since an earlier run, and were not read again by this one, as it is not an hour ago. */
    readonly still_kept_back: number;
    /** What may not be whole although it could be read. */
    readonly incomplete: readonly string[];
  };
  readonly sinks: readonly SinkOutcome[];
  /** What the days that were read have cost and used; null where none was read that tells. */
  readonly spent: Spent | null;
  /** Whether what was read adds up; null where nothing was compared. */
  readonly reconciliation: Reconciliation | null;
  /** What was spent of the budget; null where it was not asked for. */
  readonly budget: BudgetCheck | null;
  /**
   * What ended the run before it could do anything, or kept it from remembering what it did; null for one that ended
   * as it should.
   */
  readonly error: Failure | null;
}

/** Days of one sink, stream and project; there may be many of them. */
export interface LostDays {
  readonly sink: string;
  readonly stream: string;
  /** Id of the project. */
  readonly project: string;
  readonly first: string;
  readonly last: string;
  readonly days: number;
}

export type Outcome =
  | 'delivered'
  | 'failed'
  | 'config'
  | 'source-incomplete'
  | 'over-budget'
  | 'budget-unknown'
  | 'differs'
  | 'difference-unknown'
  | 'sinks-failed'
  | 'all-sinks-failed'
  | 'locked'
  | 'interrupted';

export interface SummaryInput {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly dryRun: boolean;
  readonly window: Window | undefined;
  /** Name of the source. */
  readonly source: string | undefined;
  readonly http: Traffic | undefined;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly result?: RunResult | undefined;
  readonly budget?: BudgetCheck | undefined;
  readonly error?: Failure | undefined;
}

export function summaryOf(input: SummaryInput): Summary {
  const { result, http, window } = input;
  return {
    version: 1,
    outcome: input.outcome,
    exit_code: input.exitCode,
    dry_run: input.dryRun,
    started_at: timestampAt(input.startedAt),
    finished_at: timestampAt(input.finishedAt),
    elapsed_ms: input.finishedAt - input.startedAt,
    window: result?.days ?? (window ? { since: window.since, until: window.until } : null),
    projects: (result?.projects ?? []).map(({ id, name }) => ({ id, name })),
    http: {
      calls: http?.calls ?? 0,
      retries: http?.retries ?? 0,
      waited_ms: Math.round(http?.waitedMs ?? 0),
      received_bytes: http?.receivedBytes ?? 0,
    },
    streams: result?.streams ?? [],
    source: {
      name: input.source ?? null,
      failures: result?.sourceFailures ?? [],
      unavailable: result?.unavailable ?? [],
      rejected: [...(result?.findings.rejected ?? [])].map(([stream, found]) => ({ stream, ...found })),
      unknown_fields: [...(result?.findings.unknownFields ?? [])].map(([stream, fields]) => ({
        stream,
        fields,
      })),
      unknown_forms: [...(result?.findings.unknownForms ?? [])].flatMap(([stream, fields]) =>
        [...fields].map(([field, found]) => ({ stream, field, ...found })),
      ),
      warnings: [...(result?.warnings ?? []), ...(result?.findings.warnings ?? [])],
      lost: (result?.lost ?? []).map(lostDays),
      kept_back: result?.keptBack ?? [],
      still_kept_back: result?.stillKeptBack ?? 0,
      incomplete: result?.findings.incomplete ?? [],
    },
    sinks: result?.sinks ?? [],
    spent: result?.spent ?? null,
    reconciliation: result?.reconciliation ?? null,
    budget: input.budget ?? null,
    error: input.error ?? null,
  };
}

function lostDays({ sink, stream, project, days }: RunResult['lost'][number]): LostDays {
  const [first = '', last = first] = [days[0], days.at(-1)];
  return { sink, stream, project: project.id, first, last, days: days.length };
}
