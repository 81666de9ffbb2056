import type { Row, Value } from '../../../src/streams/field.js';
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
  const groups = new GroupSums<readonly Value[]>(measures.length);
  const keys = names.filter((name) => ofGroup.has(name));
  const each = (keys.length > 1 ? keys : []).map((key) => ({
    key,
    // Of the other fields that tell groups apart nothing can be said then.
    names: names.map((name) => (name === key || !ofGroup.has(name) ? name : undefined)),
    groups: new GroupSums<readonly Value[]>(measures.length),
  }));
  const addTo = (to: typeof groups, group: readonly Value[], row: Row): void => {
    const { sums } = to.of(JSON.stringify(group), () => group);
    for (const [at, { name, parts }] of measures.entries())
      sums[at] = (sums[at] ?? 0) + inParts(row[name], parts);
  };
  const valuesOf = (row: Row, of: readonly (string | undefined)[]) =>
    of.map((name) => (name === undefined ? null : (row[name] ?? null)));
  return {
    add(row: Row): void {
      addTo(groups, valuesOf(row, names), row);
      for (const { names: own, groups: of } of each) addTo(of, valuesOf(row, own), row);
    },
    totals: (): GroupedTotals => {
      const largest = groups.largest();
      const apart = Object.fromEntries(each.map(({ key, groups: of }) => [key, of.largest()]));
      return {
        dimensions: names,
        measures: measures.map(({ name }) => name),
        ...largest,
        ...(largest.others && each.length > 0 ? { each: apart } : {}),
      };
    },
  };
}

/** What all records of a partition share, or tell of it alone. */
const SHARED: ReadonlySet<string> = new Set([...PARTITION_FIELDS, 'project_name', 'period_end']);
