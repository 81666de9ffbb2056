import type { StreamOutcome } from '../deliver/tally/run-tally.js';
import { counted, formatCount, formatDollars } from '../text/text-table.js';
import { formatHours } from './spent.js';

/** So many streams without dollars or hours are a line each; more are put together. */
const MOST_LINES = 2;

/** Streams as cells: name, records, partitions, dollars, hours, partitions that could not be read. */
export type StreamRow = readonly [string, string, string, string, string, string];

/** Those that say what was spent, or that something is wrong with, by themselves; all others in one row. */
export function streamRows(streams: readonly StreamOutcome[]): readonly StreamRow[] {
  const isOwn = ({ cost_usd: cost, hours, failed_partitions: failed }: StreamOutcome) =>
    cost !== null || hours !== null || failed > 0;
  const others = streams.filter((stream) => !isOwn(stream));
  if (others.length <= MOST_LINES) return streams.map(rowOf);
  const sum = (field: 'records' | 'partitions') => others.reduce((total, one) => total + one[field], 0);
  const records = { records: sum('records'), partitions: sum('partitions') };
  const together = { failed_partitions: 0, cost_usd: null, hours: null, ...records };
  const isAll = others.length === streams.length;
  const name = isAll ? counted(others.length, 'stream') : counted(others.length, 'other stream');
  return [...streams.filter(isOwn), { name, ...together }].map(rowOf);
}

function rowOf({ name, records, partitions, cost_usd, hours, failed_partitions }: StreamOutcome): StreamRow {
  return [
    name,
    formatCount(records),
    formatCount(partitions),
    cost_usd === null ? '' : formatDollars(cost_usd),
    hours === null ? '' : formatHours(hours),
    failed_partitions === 0 ? '' : formatCount(failed_partitions),
  ];
}
