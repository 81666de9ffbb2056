import pc from 'picocolors';
import { jsonText, oneLine } from '../text/one-line.js';
import type { Clock } from '../time/clock.js';
import type { Log, LogFields } from './log.js';
import type { Screen } from './screen.js';

export type LogFormat = 'pretty' | 'json';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface ScreenLogOptions {
  readonly format: LogFormat;
  /** What is less important is not shown. */
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly color: boolean;
  /** Takes what a summary says afterwards, so that it is not said twice. Default: it is a warning. */
  readonly onNote?: ((message: string) => void) | undefined;
}

/** The log on stderr: lines for people, or one JSON object a line. */
export function screenLog(screen: Screen, options: ScreenLogOptions): Log {
  const write = (level: LogLevel, message: string, fields: LogFields = {}) => {
    if (ORDER[level] < ORDER[options.level]) return;
    const time = new Date(options.clock.now()).toISOString();
    if (options.format === 'json') screen.record(jsonText({ time, level, message, ...fields }));
    else screen.line(prettyLine(level, time, message, options.color));
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    note: options.onNote ?? ((message) => write('warn', message)),
    error: (message, fields) => write('error', message, fields),
  };
}

function prettyLine(level: LogLevel, time: string, message: string, color: boolean): string {
  const { dim, yellow, red } = pc.createColors(color);
  const paint = { debug: dim, info: (text: string) => text, warn: yellow, error: red }[level];
  const word = level === 'info' ? '' : `${level}: `;
  return `${dim(time.slice(11, 19))} ${paint(word + oneLine(message))}`;
}
