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

/**
 * Of a command without these options: as if none were given.
 *
 * @param isSummarized true where people read a summary at the end. Default false
 */
export function logFor(
  options: Partial<LogOptions>,
  { screen, clock, env }: CliContext,
  { isSummarized = false } = {},
): Log {
  return screenLog(screen, {
    format: options.logFormat ?? 'pretty',
    level: options.verbose ? 'debug' : options.quiet ? 'error' : 'info',
    clock,
    color: wantsColor(screen.stderr, env),
    isSummarized: isSummarized && options.logFormat !== 'json',
  });
}
