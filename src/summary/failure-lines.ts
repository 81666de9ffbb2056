import type { Failure } from '../errors/export-error.js';
import { oneLine } from '../text/one-line.js';

/** A failure as a person reads it: what happened, then what to do. Only lists of mistakes take several lines. */
export function failureLines({ code, message, hint }: Failure): string[] {
  const isList = code === 'CONFIG_INVALID' || code === 'USAGE';
  return [...(isList ? message.split('\n') : [message]), ...(hint ? [hint] : [])].map(oneLine);
}

/** What a bug is reported with; empty where nothing is known but the message. */
export function stackLines(error: unknown): string[] {
  return error instanceof Error ? (error.stack ?? '').split('\n').map(oneLine) : [];
}
