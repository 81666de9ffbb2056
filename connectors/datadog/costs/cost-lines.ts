import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import {
  DIMENSIONS,
  type Dimension,
  projectFields,
  streamDimensions,
  valuesOf,
} from '../shared/dimensions.js';
import { textOf } from '../shared/row-values.js';
import { normalizeTag, tagKey } from '../shared/tags.js';

/**
 * One charge as Datadog takes it: a few columns of FOCUS. Money keeps the source's digits; a credit is negative.
 * @see https://docs.datadoghq.com/cloud_cost_management/setup/custom/
 */
export interface CostLine {
  readonly ProviderName: string;
  readonly ChargeDescription: string;
  /** The day, twice: the end is the last day of the charge. */
  readonly ChargePeriodStart: string;
  readonly ChargePeriodEnd: string;
  readonly BilledCost: number;
  readonly BillingCurrency: 'USD';
  readonly Tags: Readonly<Record<string, string>>;
}

/** Makes a charge of a record of billing; undefined where its cost is not known: Datadog takes no null. */
export function costLines(
  { stream, project, day }: Partition,
  configured: readonly string[],
  table: readonly Dimension[] = DIMENSIONS,
): (row: Row) => CostLine | undefined {
  if (day === null) throw new Error('Costs are of a day.');
  const fixed = Object.fromEntries(configured.map((tag) => pairOf(normalizeTag(tag))));
  const dimensions = streamDimensions(stream, table);

  return (row) => {
    const cost = row.cost_usd;
    if (typeof cost !== 'number' || !Number.isFinite(cost)) return undefined;
    const tags = { ...fixed };
    for (const dimension of dimensions) {
      const values = valuesOf(dimension, { ...row, ...projectFields(project) });
      // A set has one value, whatever its order. What is empty is left out: Datadog refuses a file with a blank value.
      const spelled = normalizeTag(`${dimension.key}:${[...values].sort().join('/')}`);
      const [key, value] = pairOf(spelled);
      if (value !== '') tags[key] = value;
    }
    return {
      ProviderName: 'Deepgram',
      ChargeDescription: cut(textOf(row, 'line_item_name') || textOf(row, 'line_item') || '') || UNDIVIDED,
      ChargePeriodStart: day,
      ChargePeriodEnd: day,
      BilledCost: cost,
      BillingCurrency: 'USD',
      Tags: tags,
    };
  };
}

/** What is charged, where billing is not broken down by it. */
const UNDIVIDED = 'Deepgram usage';
const MAX_CHARACTERS = 1_000;

/** The key and the value of a tag, which may hold further colons; without a colon, the value is empty. */
function pairOf(tag: string): readonly [key: string, value: string] {
  const key = tagKey(tag);
  return [key, tag.slice(key.length + 1)];
}

function cut(text: string): string {
  return [...text.trim()].slice(0, MAX_CHARACTERS).join('');
}
