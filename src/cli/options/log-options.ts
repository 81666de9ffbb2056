import type { CliContext } from '../../catalogue/cli-context.js';
import { wantsColor } from '../../log/color.js';
import type { Log } from '../../log/log.js';
import { type LogFormat, type ScreenLogOptions, screenLog } from '../../log/screen-log.js';

/** The options that say how much is said, and how. */
export interface LogOptions {
  readonly logFormat: LogFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/**
 * Of a command without these options: as if none were given.
 *
 * @param onNote takes what the summary of a run says as well, where people read one. Default: it is a warning
 */
export function logFor(
  options: Partial<LogOptions>,
  { screen, clock, env }: CliContext,
  { onNote }: Pick<ScreenLogOptions, 'onNote'> = {},
): Log {
  return screenLog(screen, {
    format: options.logFormat ?? 'pretty',
    level: options.verbose ? 'debug' : options.quiet ? 'error' : 'info',
    clock,
    color: wantsColor(screen.stderr, env),
    onNote: options.logFormat === 'json' ? undefined : onNote,
  });
}
