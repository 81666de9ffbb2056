import type { EstimateInput } from '../../../../src/catalogue/estimate.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { counted, formatCount } from '../../../../src/text/text-table.js';
import {
  type Dimension,
  ownDimensions,
  requestDimensions,
  streamDimensions,
} from '../../shared/dimensions.js';
import { acceptsStream } from '../metric-area.js';
import type { DatadogMetricsSettings } from '../metrics-settings.js';
import { REQUEST_METRICS } from '../requests/request-buckets.js';
import { UNDECIDED } from '../requests/request-columns.js';

/** What a stream of a project comes to: the product of its tags' values, times the metrics of each. */
interface Share {
  readonly stream: string;
  readonly metrics: number;
  /** How many values each tag may have; infinite where that is not known. */
  readonly tags: ReadonlyMap<string, number>;
}

/**
 * How many series the configured tags make in a day at most, going by the values that the source lists, and which tag
 * makes the most of them. Within a stream of a project, every combination may occur. Balances, of which there are a
 * handful, and the metrics about the run are left out, since they have no tags to choose.
 */
export function seriesEstimate(
  { projects, values }: EstimateInput,
  streams: readonly Stream[],
  settings: DatadogMetricsSettings,
  table: readonly Dimension[],
): string {
  const { max_series: limit } = settings;
  const tagged = streams.filter((stream) => acceptsStream(stream) && stream.kind !== 'balances');
  const shares = projects.flatMap((project) =>
    tagged.map((stream) => shareOf(stream, values.get(project.id) ?? new Map(), settings, table)),
  );
  const most = (share: Share) => Math.min(product(share), limit);
  const limited = new Set(shares.filter((share) => product(share) > limit).map(({ stream }) => stream));
  const widest = widestTag(shares, most);
  return [
    `at most ${formatCount(sum(shares.map(most)))} in a day over ${counted(projects.length, 'project')}`,
    ', beside those of balances and of the export itself',
    widest === undefined
      ? ''
      : `; the tag that makes the most is \`${widest.name}\` (${formatValues(widest.values)})`,
    limited.size === 0
      ? ''
      : `; all combinations of ${[...limited].join(', ')} would be more, and \`max_series\` limits them to ` +
        `${formatCount(limit)} a project`,
  ].join('');
}

function shareOf(
  stream: Stream,
  known: ReadonlyMap<string, number>,
  { dimensions }: DatadogMetricsSettings,
  table: readonly Dimension[],
): Share {
  const isRequests = stream.kind === 'requests';
  const own = ownDimensions(
    isRequests ? requestDimensions(dimensions, table) : streamDimensions(stream, table),
  );
  const measures = stream.fields.filter(({ role }) => role === 'measure').length;
  return {
    stream: stream.name,
    // A total without groups has gauges of the present day as well.
    metrics: isRequests ? REQUEST_METRICS : measures * (own.length === 0 ? 2 : 1),
    tags: new Map(own.map((dimension) => [dimension.key, countOf(dimension, stream, known)])),
  };
}

/** From here on a number says no more than "many". */
const MANY_VALUES = 1_000_000;

/** How many values a tag may have. The source lists them by the names of fields. */
function countOf(
  { key, fields, isSet }: Dimension,
  stream: Stream,
  known: ReadonlyMap<string, number>,
): number {
  const listed = fields.find((field) => known.has(field)) ?? '';
  const count = known.get(listed) ?? Number.POSITIVE_INFINITY;
  if (key === 'status') return count - UNDECIDED.size;
  // Any of them may be used together.
  if (isSet) return 2 ** count;
  const isRequired = stream.fields.some(({ name, required }) => required && fields.includes(name));
  return isRequired ? count : count + 1;
}

function product({ metrics, tags }: Share, without?: string): number {
  const counts = [...tags].map(([name, count]) => (name === without ? 1 : count));
  return counts.reduce((total, count) => total * count, metrics);
}

/** The one without which there would be the fewest. */
function widestTag(
  shares: readonly Share[],
  most: (share: Share) => number,
): { readonly name: string; readonly values: number } | undefined {
  const values = new Map<string, number>();
  for (const { tags } of shares) {
    for (const [name, count] of tags) values.set(name, Math.max(count, values.get(name) ?? 0));
  }
  const rated = [...values].map(([name, count]) => ({
    name,
    values: count,
    spared: sum(shares.map((share) => most(share) - Math.min(most(share), product(share, name)))),
  }));
  const [widest] = rated.sort((a, b) => b.spared - a.spared || compare(b.values, a.values));
  return widest;
}

function formatValues(values: number): string {
  return values < MANY_VALUES ? `up to ${counted(values, 'value')}` : 'any number of values';
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
