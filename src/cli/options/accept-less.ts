import { suggestion } from '../../config/mistakes/suggestion.js';
import type { StreamDay } from '../../deliver/accept-less.js';
import { ExportError } from '../../errors/export-error.js';
import type { Stream } from '../../streams/stream.js';
import { isDay } from '../../time/day.js';

/**
 * The days that `--accept-less STREAM:DAY` names, of the streams of a job.
 *
 * @throws ExportError `USAGE` for what names no stream of them, or no day
 */
export function acceptedLess(given: readonly string[], streams: readonly Stream[]): readonly StreamDay[] {
  return given.map((one) => {
    const [name, day, ...others] = one.split(':');
    if (day === undefined || !isDay(day) || others.length > 0)
      throw mistake(one, 'it must be STREAM:DAY, such as requests:2026-11-20');
    const stream = streams.find((known) => known.name === name);
    if (stream === undefined) {
      const known = streams.filter(({ partitionedBy }) => partitionedBy === 'day').map((each) => each.name);
      throw mistake(one, `there is no stream ${name} in this job${suggestion(name ?? '', known)}`);
    }
    if (stream.partitionedBy !== 'day') throw mistake(one, `${name} has no days`);
    return { stream: stream.name, day };
  });
}

function mistake(given: string, why: string): ExportError {
  return new ExportError('USAGE', `--accept-less ${given}: ${why}.`, { kind: 'config' });
}
