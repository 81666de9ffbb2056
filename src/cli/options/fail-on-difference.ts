import type { Job } from '../../config/job.js';
import { ExportError } from '../../errors/export-error.js';
import type { DifferenceLimit } from '../../summary/reconciliation.js';

/**
 * What `--fail-on-difference PERCENT` asks for.
 *
 * @throws ExportError `USAGE` for what is no percentage, and where a job does not read all that is to be compared
 */
export function differenceLimit(given: string, { streams, sinks }: Job): DifferenceLimit {
  const [, number] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(given.trim()) ?? [];
  if (number === undefined || Number(number) > 100) {
    throw mistake(`--fail-on-difference ${given}: it must be a percentage from 0 to 100, such as 0.5%.`);
  }
  const derived = streams.filter(
    (stream) => stream.derivedFrom !== undefined && sinks.some((sink) => sink.streams.includes(stream)),
  );
  if (derived.length === 0) {
    throw mistake(
      '--fail-on-difference: nothing is compared, since no sink gets a stream of it.',
      'Leave `reconciliation` on under `streams`, and let a sink have it.',
    );
  }
  const isRead = (name: string) => sinks.some((sink) => sink.streams.some((stream) => stream.name === name));
  const inputs = derived.flatMap(({ derivedFrom = [] }) => derivedFrom.map(({ name }) => name));
  const unread = [
    ...derived.flatMap(({ derivedWithout = [] }) => derivedWithout),
    ...inputs.filter((name) => !isRead(name)),
  ];
  if (unread.length > 0) {
    throw mistake(
      `--fail-on-difference: it cannot be told, since not read: ${[...new Set(unread)].join(', ')}.`,
      'Have them read, or leave out the option.',
    );
  }
  return { percent: Number(number), inputs };
}

function mistake(message: string, hint?: string): ExportError {
  return new ExportError('USAGE', message, { kind: 'config', ...(hint === undefined ? {} : { hint }) });
}
