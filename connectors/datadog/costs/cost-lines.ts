import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { ofPeriod } from '../../deepgram/streams/project-columns.js';

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

const PROVIDER = 'Deepgram';

/** Makes a charge of a record of billing; undefined where its cost is not known: Datadog takes no null. */
export function costLines(
  { stream, project, day }: Partition,
  configured: readonly string[],
): (row: Row) => CostLine | undefined {
  if (day === null) throw new Error('Costs are of a day.');
  const fixed: Record<string, string> = {};
  for (const tag of configured)
    addTag(fixed, tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1));
  addTag(fixed, 'project', project.name || project.id);
  addTag(fixed, 'project_id', project.id);
  const columns = stream.fields.filter(({ name, role }) => role === 'dimension' && !PERIOD.has(name));

  return (row) => {
    const cost = row.cost_usd;
    if (typeof cost !== 'number' || !Number.isFinite(cost)) return undefined;
    const tags = { ...fixed };
    for (const { name } of columns) {
      const tag = tagOfColumn(name, row);
      if (tag !== undefined) addTag(tags, ...tag);
    }
    return {
      ProviderName: PROVIDER,
      ChargeDescription: cut(textOf(row, 'line_item_name') || textOf(row, 'line_item')) || UNDIVIDED,
      ChargePeriodStart: day,
      ChargePeriodEnd: day,
      BilledCost: cost,
      BillingCurrency: 'USD',
      Tags: tags,
    };
  };
}

const PERIOD = new Set(Object.keys(ofPeriod));
/** What is charged, where billing is not broken down by it. */
const UNDIVIDED = 'Deepgram usage';
const MAX_CHARACTERS = 1_000;

/** The names are those of the metrics' tags, so that costs and metrics can be put side by side. */
function tagOfColumn(column: string, row: Row): readonly [name: string, value: string] | undefined {
  switch (column) {
    case 'accessor':
      return ['api_key', textOf(row, 'api_key_name') || textOf(row, column)];
    case 'tags':
      return ['request_tags', textOf(row, column)];
    // Said already: beside its id, and as the description.
    case 'api_key_name':
    case 'line_item_name':
      return undefined;
    default:
      return [column, textOf(row, column)];
  }
}

/** What is empty is left out: Datadog refuses a file with a blank value. */
function addTag(tags: Record<string, string>, name: string, value: string): void {
  const text = cut(value);
  if (text !== '') tags[name] = text;
}

/** Of several texts the list, in the order of the alphabet: a set has one value, whatever its order. */
function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'object' && value !== null) return [...value].sort().join(',');
  return typeof value === 'string' ? value : '';
}

function cut(text: string): string {
  return [...text.trim()].slice(0, MAX_CHARACTERS).join('');
}
