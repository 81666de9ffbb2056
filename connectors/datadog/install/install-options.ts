import type { Job } from '../../../src/config/job.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { parseDuration } from '../../../src/time/duration.js';
import type { Limits } from './assets/monitor-limits.js';

/** The limits of the monitors as they are written on the command line. */
export interface LimitOptions {
  /** `15m`, `1h`, … */
  readonly every?: string | undefined;
  readonly errorRate?: number | undefined;
  readonly costRise?: number | undefined;
  readonly balanceBelow?: number | undefined;
  /** Who is told, as Datadog writes it. */
  readonly notify?: string | undefined;
}

const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 3 * 24 * 60;

/** Those that are given. Throws `USAGE` with every mistake, one a line. */
export function limitsOf(options: LimitOptions): Partial<Limits> {
  const { errorRate, costRise, balanceBelow, notify } = options;
  const every = options.every === undefined ? undefined : (parseDuration(options.every) ?? 0);
  const mistakes = [
    ...(every === undefined || isInterval(every)
      ? []
      : ['--every: must be whole minutes from 1m to 3d, such as 15m or 1h']),
    ...outside('--error-rate', errorRate, 0.01, 100),
    ...outside('--cost-rise', costRise, 1, 10_000),
    ...outside('--balance-below', balanceBelow, 0.01, 10_000_000),
    ...(notify === undefined || HANDLES.test(notify)
      ? []
      : ['--notify: must be handles as Datadog writes them, each with an "@", in one pair of quotes']),
  ];
  if (mistakes.length > 0) {
    throw new ExportError('USAGE', mistakes.join('\n'), {
      kind: 'config',
      hint: '`deepgram-export datadog install --help` lists the options.',
    });
  }
  return {
    ...(every === undefined ? {} : { every }),
    ...(errorRate === undefined ? {} : { errorRate }),
    ...(costRise === undefined ? {} : { costRise }),
    ...(balanceBelow === undefined ? {} : { balanceBelow }),
  };
}

/** What the configuration says: there is no other way to set these, so that none is kept that it does not say. */
export function budgetLimits(budget: Job['budget']): Partial<Limits> {
  return { dailyBudget: budget?.daily, monthlyBudget: budget?.monthly };
}

const HANDLES = /^\s*@[^\s{}]+(\s+@[^\s{}]+)*\s*$/;

function isInterval(ms: number): boolean {
  const minutes = ms / MINUTE_MS;
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_MINUTES;
}

function outside(option: string, value: number | undefined, least: number, most: number): readonly string[] {
  if (value === undefined || (value >= least && value <= most)) return [];
  return [`${option}: must be a number from ${least} to ${most}`];
}
