import type { Log } from '../../report/log.js';
import { type LogFormat, screenLog } from '../../report/screen-log.js';
import type { CliContext } from '../cli-context.js';
import { wantsColor } from '../color.js';

/** The options that say how much is said, and how. */
export interface LogOptions {
  readonly logFormat: LogFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export function logFor(options: LogOptions, { screen, clock, env }: CliContext): Log {
  return screenLog(screen, {
    format: options.logFormat,
    level: options.verbose ? 'debug' : options.quiet ? 'error' : 'info',
    clock,
    color: wantsColor(screen.stderr, env),
  });
}
