import pc from 'picocolors';
import type { Clock } from '../time/clock.js';
import type { Log, LogFields } from './log.js';
import { oneLine } from './one-line.js';
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
}

/** The log on stderr: lines for people, or one JSON object a line. */
export function screenLog(screen: Screen, options: ScreenLogOptions): Log {
  const say = (level: LogLevel, message: string, fields: LogFields = {}) => {
    if (ORDER[level] < ORDER[options.level]) return;
    const time = new Date(options.clock.now()).toISOString();
    screen.line(
      options.format === 'json'
        ? jsonLine({ time, level, message, ...fields })
        : prettyLine(level, time, message, options.color),
    );
  };
  return {
    debug: (message, fields) => say('debug', message, fields),
    info: (message, fields) => say('info', message, fields),
    warn: (message, fields) => say('warn', message, fields),
    error: (message, fields) => say('error', message, fields),
  };
}

/** JSON leaves some characters as they are that a terminal may act on: DEL, the C1 controls, marks of direction. */
function jsonLine(entry: LogFields): string {
  return JSON.stringify(entry).replace(
    /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function prettyLine(level: LogLevel, time: string, message: string, color: boolean): string {
  const { dim, yellow, red } = pc.createColors(color);
  const paint = { debug: dim, info: (text: string) => text, warn: yellow, error: red }[level];
  const word = level === 'info' ? '' : `${level}: `;
  return `${dim(time.slice(11, 19))} ${paint(word + oneLine(message))}`;
}
