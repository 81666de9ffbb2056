import { suggestion } from '../../config/mistakes/suggestion.js';
import { ExportError } from '../../errors/export-error.js';
import type { Stream } from '../../streams/stream.js';
import { type Day, isDay } from '../../time/day.js';

/**
 * What `--accept-less STREAM:DAY` means, for the streams of a job.
 *
 * @throws ExportError `USAGE` for what names no stream of them, or no day
 */
export function acceptedLess(
  given: readonly string[],
  streams: readonly Stream[],
): (stream: Stream, day: Day) => boolean {
  for (const one of given) {
    const [name, day, ...others] = one.split(':');
    if (day === undefined || !isDay(day) || others.length > 0)
      throw mistake(one, 'it must be STREAM:DAY, such as requests:2026-11-20');
    const stream = streams.find((known) => known.name === name);
    if (stream === undefined) {
      const known = streams.filter(({ partitionedBy }) => partitionedBy === 'day').map((each) => each.name);
      throw mistake(one, `there is no stream ${name} in this job${suggestion(name ?? '', known)}`);
    }
    if (stream.partitionedBy !== 'day') throw mistake(one, `${name} has no days`);
  }
  const accepted = new Set(given);
  return ({ name }, day) => accepted.has(`${name}:${day}`);
}

function mistake(given: string, why: string): ExportError {
  return new ExportError('USAGE', `--accept-less ${given}: ${why}.`, { kind: 'config' });
}
