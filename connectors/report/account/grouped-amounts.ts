import type { Value } from '../../../src/streams/field.js';
import type { Entry, GroupedTotals } from '../totals/entry.js';
import { type Amounts, MEASURES, type Named, OTHERS, type Sums, UNTAGGED } from './amounts.js';

/** What totals can be broken down by on the page. */
export const DIMENSIONS = ['line_item', 'accessor', 'tags', 'models', 'endpoint', 'method'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Which values of a group say what it is, and what it is called. */
const FIELDS = {
  line_item: { key: 'line_item', name: 'line_item_name', none: 'no line item named' },
  accessor: { key: 'accessor', name: 'api_key_name', none: 'no key named' },
  tags: { key: 'tags', name: 'tags', none: UNTAGGED.name },
  // Versions of a model share its readable name.
  models: { key: 'model', name: 'model', none: 'no model named' },
  endpoint: { key: 'endpoint', name: 'endpoint', none: 'no endpoint named' },
  method: { key: 'method', name: 'method', none: 'no method named' },
} as const satisfies Record<Dimension, { key: string; name: string; none: string }>;

/** Told of a group, and of its tags where it is one by tags. */
export type OnGroup = (named: Named, sums: Sums, tags: readonly string[]) => void;

type Kind = Pick<Entry, 'kind' | 'groupings'>;

/**
 * Of the entries of one kind, project and day the one that a dimension is best read from: that with the fewest
 * groupings, so that as few groups as possible were too small to be kept.
 */
export function entryBy<One extends Kind>(
  entries: readonly One[],
  kind: string,
  dimension: Dimension,
): One | undefined {
  return entries
    .filter((entry) => entry.kind === kind && entry.groupings.includes(dimension))
    .sort((one, other) => one.groupings.length - other.groupings.length)[0];
}

/** The total of a kind, project and day. */
export function totalOf(
  entries: readonly (Kind & Pick<Entry, 'grouped'>)[],
  kind: string,
): Amounts | undefined {
  const grouped = entries.find((entry) => entry.kind === kind && entry.groupings.length === 0)?.grouped;
  return grouped && sumOf(grouped);
}

/** All groups together. */
function sumOf({ measures, groups, others }: GroupedTotals): Amounts {
  const all = [...groups.map(([, sums]) => sums), ...(others ? [others.sums] : [])];
  // Of what is no measure here nothing is known: it is not zero.
  return Object.fromEntries(
    MEASURES.map((measure) => [measure, measures.indexOf(measure)] as const)
      .filter(([, at]) => at >= 0)
      .map(([measure, at]) => [measure, all.reduce((total, sums) => total + (sums[at] ?? 0), 0)]),
  );
}

/** Goes through the groups of a dimension; one that is broken down further comes several times. */
export function forEachGroup(
  grouped: GroupedTotals,
  dimension: Dimension,
  project: string,
  tell: OnGroup,
): void {
  const fields = FIELDS[dimension];
  const { dimensions, measures } = grouped;
  const { groups, others } = grouped.each?.[fields.key] ?? grouped;
  const [key, name] = [dimensions.indexOf(fields.key), dimensions.indexOf(fields.name)];
  const places = MEASURES.map((measure) => measures.indexOf(measure));
  const inOrder = (sums: readonly number[]) => places.map((at) => sums[at] ?? 0);
  const of = dimension === 'accessor' ? project : undefined;
  for (const [values, sums] of groups) {
    const tags = dimension === 'tags' ? tagsIn(values[key]) : [];
    const named = dimension === 'tags' ? tagSet(tags) : namedBy(values[key], values[name], fields.none, of);
    tell(named, inOrder(sums), tags);
  }
  if (others) tell(OTHERS, inOrder(others.sums), []);
}

export function keyNamed(id: string | null, name: string | null, project: string): Named {
  return namedBy(id, name, FIELDS.accessor.none, project);
}

export function modelNamed(name: string | null): Named {
  return namedBy(name, name, FIELDS.models.none, undefined);
}

/** What has no name is called by its id. */
function namedBy(
  id: Value | undefined,
  name: Value | undefined,
  none: string,
  of: string | undefined,
): Named {
  const key = typeof id === 'string' ? id : '';
  const called = typeof name === 'string' && name !== '' ? name : key;
  // Keys of two projects are two keys.
  return { key: `${of?.length ?? ''} ${of ?? ''} ${key}`, name: called === '' ? none : called, of };
}

/** The id of a group that is told apart by one, not by tags; undefined where it has none. */
export function idOf({ key }: Pick<Named, 'key'>): string | undefined {
  if (key === OTHERS.key) return undefined;
  // As `namedBy` has made it: how long the project's id is, that, and the group's.
  const [length = ''] = key.split(' ', 1);
  const id = key.slice(length.length + Number(length) + 2);
  return id === '' ? undefined : id;
}

function tagSet(tags: readonly string[]): Named {
  return tags.length === 0 ? UNTAGGED : { key: JSON.stringify(tags.toSorted()), name: tags.join(', ') };
}

function tagsIn(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
