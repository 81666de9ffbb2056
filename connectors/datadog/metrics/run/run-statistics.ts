import type { ClosingReport } from '../../../../src/catalogue/sink.js';
import { counted, formatCount } from '../../../../src/text/text-table.js';
import { tagKey } from '../../shared/tags.js';
import { metricName } from '../measures.js';
import type { Metric } from '../points.js';
import { seriesKey, tagsKeyOf } from '../series/series.js';
import { historicalAdvice, type Verdict } from '../submit/time-window.js';

/** Above this many, the summary says so and names the tag to look at: each series is billed as a custom metric. */
const MANY_SERIES = 1_000;

/** What the whole run sent and left out. Its memory grows with the distinct series, not with points. */
export class RunStatistics {
  pointsSent = 0;
  payloads = 0;
  wireBytes = 0;
  readonly #skipped: Record<Exclude<Verdict, 'kept'>, number> = {
    'too old': 0,
    earlier: 0,
    'past retention': 0,
    ahead: 0,
    unfinished: 0,
  };
  readonly #series = new Set<string>();
  readonly #metrics = new Map<string, Metric>();
  readonly #valuesOfTag = new Map<string, Set<string>>();
  readonly #folded = new Map<string, number>();

  get pointsSkipped(): number {
    return Object.values(this.#skipped).reduce((sum, points) => sum + points, 0);
  }

  skip(verdict: Exclude<Verdict, 'kept'>): void {
    this.#skipped[verdict] += 1;
  }

  /** Notes a series of which points were sent. */
  sawSeries(metric: Metric, tags: readonly string[]): void {
    const key = seriesKey(metric, tagsKeyOf(tags));
    if (this.#series.has(key)) return;
    this.#series.add(key);
    const known = this.#metrics.get(metric.name) ?? metric;
    this.#metrics.set(metric.name, known.unit === metric.unit ? metric : withoutUnit(metric));
    for (const tag of tags) {
      const name = tagKey(tag);
      const values = this.#valuesOfTag.get(name) ?? new Set();
      this.#valuesOfTag.set(name, values.add(tag));
    }
  }

  /** Whether points of a series were sent. */
  readonly hasSeries = (metric: Metric, tags: readonly string[]): boolean =>
    this.#series.has(seriesKey(metric, tagsKeyOf(tags)));

  /** Notes records that have `other` for a tag. */
  fold(name: string, records: number): void {
    this.#folded.set(name, (this.#folded.get(name) ?? 0) + records);
  }

  /** Those of which points were sent, by their names. */
  get metrics(): readonly Metric[] {
    return [...this.#metrics.values()];
  }

  report(prefix: string, maxSeries: number): ClosingReport {
    const facts = {
      'distinct series': this.#series.size,
      'points sent': this.pointsSent,
      'points skipped': this.pointsSkipped,
      payloads: this.payloads,
      'bytes on the wire': this.wireBytes,
    };
    const notes: string[] = [];
    if (this.#skipped['too old'] > 0) {
      notes.push(historicalAdvice(metricName(prefix, '')));
    }
    if (this.#series.size > MANY_SERIES) notes.push(this.#manySeries());
    for (const [name, records] of this.#folded) {
      notes.push(
        `${counted(records, 'record')} ${records === 1 ? 'was' : 'were'} counted under \`${name}:other\`: their stream had more series in a day of a ` +
          `project than \`max_series\` (${formatCount(maxSeries)}) allows. Raise it, or leave \`${name}\` out.`,
      );
    }
    return { facts, notes };
  }

  #manySeries(): string {
    const optional = [...this.#valuesOfTag].filter(([name]) => name !== 'project_id');
    const [widest] = optional.sort((a, b) => b[1].size - a[1].size);
    const [name, values] = widest ?? ['', new Set()];
    return (
      `${formatCount(this.#series.size)} distinct series were sent, and Datadog bills each as a custom metric. ` +
      `The tag with the most values is \`${name}\` (${formatCount(values.size)}): leaving it out of \`dimensions\`, or the ` +
      'breakdown by it out of `streams`, makes the fewest.'
    );
  }
}

/** Of balances in several units, none is that of the metric. */
function withoutUnit({ unit: _, ...metric }: Metric): Metric {
  return metric;
}
