import type { Row } from '../../../src/streams/field.js';
import { PARTITION_FIELDS, type Stream } from '../../../src/streams/stream.js';
import type { GroupedTotals } from './entry.js';
import { GroupSums } from './largest.js';
import { inParts, partsIn } from './measure-parts.js';

/** Adds up records of a stream of totals by what its fields call dimensions. */
export function groupedTotals(stream: Stream) {
  const measures = stream.fields
    .filter(({ role }) => role === 'measure')
    .map((field) => ({ name: field.name, parts: partsIn(field) }));
  const ofGroup = new Set(stream.key.filter((name) => !PARTITION_FIELDS.has(name)));
  // Without a group there is one record a day, and nothing to tell apart.
  const dimensions =
    ofGroup.size === 0
      ? []
      : stream.fields.filter(({ name, role }) => role === 'dimension' && !SHARED.has(name));
  const names = dimensions.map(({ name }) => name);
  const groups = new GroupSums<readonly Row[string][]>(measures.length);
  return {
    add(row: Row): void {
      const values = names.map((name) => row[name] ?? null);
      const { sums } = groups.of(JSON.stringify(values), () => values);
      for (const [at, { name, parts }] of measures.entries())
        sums[at] = (sums[at] ?? 0) + inParts(row[name], parts);
    },
    totals: (): GroupedTotals => ({
      dimensions: names,
      measures: measures.map(({ name }) => name),
      ...groups.largest(),
    }),
  };
}

/** What all records of a partition share, or tell of it alone. */
const SHARED: ReadonlySet<string> = new Set([...PARTITION_FIELDS, 'project_name', 'period_end']);
