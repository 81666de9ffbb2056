import type { CliContext } from '../../catalogue/cli-context.js';
import { wantsColor } from '../../log/color.js';
import type { Log } from '../../log/log.js';
import { type LogFormat, screenLog } from '../../log/screen-log.js';

/** The options that say how much is said, and how. */
export interface LogOptions {
  readonly logFormat: LogFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Of a command without these options: as if none were given. */
export function logFor(options: Partial<LogOptions>, { screen, clock, env }: CliContext): Log {
  return screenLog(screen, {
    format: options.logFormat ?? 'pretty',
    level: options.verbose ? 'debug' : options.quiet ? 'error' : 'info',
    clock,
    color: wantsColor(screen.stderr, env),
  });
}
