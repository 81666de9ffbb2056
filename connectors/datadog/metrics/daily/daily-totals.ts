import type { Field } from '../../../../src/streams/field.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { type Day, dayAt, startOfDay } from '../../../../src/time/day.js';
import type { TagsOf } from '../../shared/record-tags.js';
import { measureOf, textOf } from '../../shared/row-values.js';
import { measureName, metricName, unitOf } from '../measures.js';
import { areaOf } from '../metric-area.js';
import type { Aggregate, Metric, Point } from '../points.js';

interface Total {
  readonly day: Day;
  readonly tags: readonly string[];
  records: number;
  readonly sums: (number | null)[];
}

const DAY_SECONDS = 86_400;

/**
 * Usage or billing as counts dated with the start of their day: `usage_by_endpoint` becomes
 * `usage.by_endpoint.hours` and its siblings. That is older than Datadog keeps by default, so the totals of the
 * present day are given as gauges of this moment too: `usage.today.hours`. Breakdowns have no such gauges.
 */
export function dailyTotals(prefix: string, stream: Stream, tagsOf: TagsOf): Aggregate {
  const measures = stream.fields.filter((field) => field.role === 'measure');
  const area = areaOf(stream);
  const counts = measures.map((field): Metric => {
    const name = metricName(prefix, `${area}.${measureName(field)}`);
    const description = `${field.description}. ${stream.description}`;
    return { name, kind: 'count', ...unitOf(field), description, interval: DAY_SECONDS };
  });
  const gauges = (stream.groupings.length > 0 ? [] : measures).map((field) =>
    todayGauge(prefix, stream, field),
  );
  const totals = new Map<string, Total>();

  return {
    add(row) {
      const day = textOf(row, 'date') ?? '';
      const { tags, key: tagsKey } = tagsOf(row);
      const key = `${day},${tagsKey}`;
      const total = totals.get(key) ?? { day, tags, records: 0, sums: measures.map(() => null) };
      totals.set(key, total);
      total.records += 1;
      for (const [i, field] of measures.entries()) {
        const value = measureOf(row, field.name);
        // A sum of nothing known is null, and not zero.
        if (value !== null) total.sums[i] = (total.sums[i] ?? 0) + value;
      }
    },
    *groups(now) {
      for (const { day, tags, records, sums } of totals.values()) {
        const points = pointsOf(counts, sums, startOfDay(day) / 1_000);
        if (day === dayAt(now)) points.push(...pointsOf(gauges, sums, Math.floor(now / 1_000)));
        yield { records, tags, points };
      }
    },
  };
}

/** What a measure of a total comes to in the present day so far. */
export function todayGauge(prefix: string, stream: Stream, field: Field): Metric {
  const name = metricName(prefix, `${areaOf(stream)}.today.${measureName(field)}`);
  const description = `${field.description}. The present day so far`;
  return { name, kind: 'gauge', ...unitOf(field), description };
}

function pointsOf(metrics: readonly Metric[], sums: readonly (number | null)[], timestamp: number): Point[] {
  return metrics.flatMap((metric, i) => {
    const value = sums[i] ?? null;
    return value === null ? [] : { metric, timestamp, value };
  });
}
