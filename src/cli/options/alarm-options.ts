import { ExportError } from '../../errors/export-error.js';
import { parseDuration } from '../../time/duration.js';

/** What alarms are set by, whichever tool sounds them, as it is written on the command line. */
export interface AlarmOptions {
  /** `15m`, `1h`, … */
  readonly every?: string | undefined;
  readonly errorRate?: number | undefined;
  readonly balanceBelow?: number | undefined;
}

/** The same, as values: milliseconds, percent and dollars. */
export interface AlarmSettings {
  readonly every?: number;
  readonly errorRate?: number;
  readonly balanceBelow?: number;
}

const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 3 * 24 * 60;

/**
 * Those that are given.
 *
 * @param others what is wrong with other options of the command
 * @throws ExportError `USAGE` with every mistake, one a line
 */
export function alarmSettings(
  options: AlarmOptions,
  { command, others }: { readonly command: string; readonly others: readonly string[] },
): AlarmSettings {
  const { errorRate, balanceBelow } = options;
  const every = options.every === undefined ? undefined : (parseDuration(options.every) ?? 0);
  const mistakes = [
    ...(every === undefined || isInterval(every)
      ? []
      : ['--every: must be whole minutes from 1m to 3d, such as 15m or 1h']),
    ...outside('--error-rate', errorRate, 0.01, 100),
    ...outside('--balance-below', balanceBelow, 0.01, 10_000_000),
    ...others,
  ];
  if (mistakes.length > 0) {
    throw new ExportError('USAGE', mistakes.join('\n'), {
      kind: 'config',
      hint: `\`deepgram-export ${command} --help\` lists the options.`,
    });
  }
  return {
    ...(every === undefined ? {} : { every }),
    ...(errorRate === undefined ? {} : { errorRate }),
    ...(balanceBelow === undefined ? {} : { balanceBelow }),
  };
}

/** What is wrong with a number that is not between these. */
export function outside(
  option: string,
  value: number | undefined,
  least: number,
  most: number,
): readonly string[] {
  if (value === undefined || (value >= least && value <= most)) return [];
  return [`${option}: must be a number from ${least} to ${most}`];
}

function isInterval(ms: number): boolean {
  const minutes = ms / MINUTE_MS;
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_MINUTES;
}
