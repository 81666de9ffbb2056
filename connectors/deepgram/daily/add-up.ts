import { ExportError } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import { PARTITION_FIELDS, type Stream } from '../../../src/streams/stream.js';
import { calledAs } from '../../../src/text/called-as.js';
import { formatCount } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import type { Period } from './row-period.js';

/** A row with what it is of. */
export interface RowOfPeriod {
  readonly row: Row;
  readonly period: Period;
}

/**
 * One row for each key, in the order of the keys, since Deepgram promises none. Rows of one key are added up where they
 * are of different parts of the day.
 *
 * @throws `SOURCE_ANSWER` where they are not: neither of them, nor their sum, is known to be right
 */
export function addUp(rows: readonly RowOfPeriod[], stream: Stream, project: Project): Row[] {
  const byKey = new Map<string, RowOfPeriod[]>();
  for (const one of rows) {
    const key = JSON.stringify(stream.key.map((name) => one.row[name]));
    const same = byKey.get(key);
    if (same) same.push(one);
    else byKey.set(key, [one]);
  }
  const ordered = [...byKey].sort(([one], [other]) => (one < other ? -1 : 1));
  return ordered.flatMap(([, same]) => sumOf(same, stream, project));
}

function sumOf(same: readonly RowOfPeriod[], stream: Stream, project: Project): Row[] {
  const parts = [...same].sort((one, other) => one.period.from - other.period.from);
  const [first, ...others] = parts;
  if (first === undefined) return [];
  let until = first.period.until;
  const sum = { ...first.row };
  for (const { row, period } of others) {
    if (period.from < until) throw oneKeyTwice(first, parts.length, stream, project);
    until = period.until;
    for (const { name, role } of stream.fields) {
      const [before, more] = [sum[name], row[name]];
      if (role === 'measure' && typeof more === 'number') sum[name] = (Number(before) || 0) + more;
      else if (name === 'period_end') sum[name] = more ?? before ?? null;
    }
  }
  return [sum];
}

function oneKeyTwice(
  { row, period }: RowOfPeriod,
  count: number,
  stream: Stream,
  project: Project,
): ExportError {
  const groups = stream.key.filter((name) => !PARTITION_FIELDS.has(name));
  const key = groups.map((name) => ` ${name} ${JSON.stringify(row[name])?.slice(0, 80)}`).join(',');
  const message =
    `Deepgram gives ${formatCount(count)} rows of ${stream.name} for one key, which are not of different parts of the day: ` +
    `${calledAs(project)}, ${period.day}${key && `,${key}`}.`;
  return new ExportError('SOURCE_ANSWER', message, {
    kind: 'permanent',
    hint: 'What an earlier run exported of that day stays. If it happens again, please report it with this message.',
  });
}

/** What an answer has of a day. */
export interface DayRows {
  /** Still to be added up. */
  readonly rows: readonly RowOfPeriod[];
  /** Records that could not be understood. */
  readonly unreadable: number;
}

export type RowsByDay = ReadonlyMap<Day, DayRows>;
