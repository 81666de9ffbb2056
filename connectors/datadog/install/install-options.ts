import { type AlarmOptions, alarmSettings, outside } from '../../../src/cli/options/alarm-options.js';
import type { Job } from '../../../src/config/job.js';
import type { Limits } from './assets/monitor-limits.js';

/** The limits of the monitors as they are written on the command line. */
export interface LimitOptions extends AlarmOptions {
  readonly costRise?: number | undefined;
  /** Who is told, as Datadog writes it. */
  readonly notify?: string | undefined;
}

/** Those that are given. Throws `USAGE` with every mistake, one a line. */
export function limitsOf(options: LimitOptions): Partial<Limits> {
  const { costRise, notify } = options;
  const others = [
    ...outside('--cost-rise', costRise, 1, 10_000),
    ...(notify === undefined || HANDLES.test(notify)
      ? []
      : ['--notify: must be handles as Datadog writes them, each with an "@", in one pair of quotes']),
  ];
  const settings = alarmSettings(options, { command: 'datadog install', others });
  return { ...settings, ...(costRise === undefined ? {} : { costRise }) };
}

/** What the configuration says: there is no other way to set these, so that none is kept that it does not say. */
export function configuredLimits({ budget, state }: Pick<Job, 'budget' | 'state'>): Partial<Limits> {
  // Only a state that is no file can be that of workers.
  const deadTasks = state.path === undefined ? 0 : undefined;
  return { dailyBudget: budget?.daily, monthlyBudget: budget?.monthly, deadTasks };
}

const HANDLES = /^\s*@[^\s{}]+(\s+@[^\s{}]+)*\s*$/;
