import { calculatedColumn, columnOf, type DataSource } from './data-source.js';
import { quoted } from './source-fields.js';
import { element, type XmlElement } from './xml.js';

/** A sheet whose fields are all there. */
export interface Sheet {
  readonly name: string;
  readonly mark: 'Bar' | 'Line';
  readonly rows: Shelf;
  readonly columns: Shelf;
  /** What the colours of its marks say; undefined where they say nothing. */
  readonly color: Pill | undefined;
}

/** Fields of a sheet along one side: labels within each other, or measures beside each other. */
export interface Shelf {
  readonly pills: readonly Pill[];
  readonly operator: '/' | '+';
}

/** A field as a sheet uses it. */
export interface Pill {
  /** What it is called in the data source, without brackets: `sum:cost_usd:qk`. */
  readonly instance: string;
  /** What the sheet says of it: the column, and its use. */
  readonly dependencies: readonly [column: XmlElement, instance: XmlElement];
}

/** The sheets that this data source has the fields for. */
export function sheetsOf(source: DataSource): readonly Sheet[] {
  return DEFINITIONS.flatMap(({ name, alternatives }) => {
    const [first] = alternatives.flatMap((alternative) => sheetOf(name, alternative, source) ?? []);
    return first === undefined ? [] : [first];
  });
}

type Use = keyof typeof USES | 'calculated';

interface SheetDefinition {
  readonly name: string;
  /** The first whose fields are all there is taken. */
  readonly alternatives: readonly Alternative[];
}

interface Alternative {
  readonly mark: 'Bar' | 'Line';
  readonly operator: '/' | '+';
  readonly rows: readonly Wanted[];
  readonly columns: Wanted;
  readonly color?: Wanted;
}

/** A column with its table before it, or the name of a calculated field. */
type Wanted = readonly [field: string, use: Use];

const DEFINITIONS: readonly SheetDefinition[] = [
  {
    name: 'Cost by Day and Line Item',
    alternatives: ['billing_by_line_item', 'billing_by_line_item_tags'].map((table) => ({
      mark: 'Bar',
      operator: '+',
      rows: [[`${table}.cost_usd`, 'sum']],
      columns: [`${table}.date`, 'day'],
      color: [`${table}.line_item_name`, 'label'],
    })),
  },
  {
    name: 'Cost by Key and Tag',
    alternatives: [
      {
        mark: 'Bar',
        operator: '/',
        rows: [
          ['requests.api_key_name', 'label'],
          ['requests_tags.tag', 'label'],
        ],
        columns: ['requests.cost_usd', 'sum'],
      },
    ],
  },
  {
    name: 'Errors and Latency',
    alternatives: [
      {
        mark: 'Line',
        operator: '+',
        rows: [
          ['Calculation_error_rate', 'calculated'],
          ['Calculation_latency_p95', 'calculated'],
        ],
        columns: ['requests.date', 'day'],
      },
    ],
  },
];

/** How Tableau names the uses of a column, and what it makes of it. */
const USES = {
  sum: { prefix: 'sum', derivation: 'Sum', suffix: 'qk', type: 'quantitative' },
  day: { prefix: 'none', derivation: 'None', suffix: 'qk', type: 'quantitative' },
  label: { prefix: 'none', derivation: 'None', suffix: 'nk', type: 'nominal' },
} as const;

const CALCULATED = { prefix: 'usr', derivation: 'User', suffix: 'qk', type: 'quantitative' } as const;

function sheetOf(name: string, wanted: Alternative, source: DataSource): Sheet | undefined {
  const rows = wanted.rows.flatMap((one) => pillOf(one, source) ?? []);
  const columns = pillOf(wanted.columns, source);
  const color = wanted.color && pillOf(wanted.color, source);
  if (rows.length < wanted.rows.length || columns === undefined || (wanted.color && !color)) return undefined;
  const { mark, operator } = wanted;
  return { name, mark, rows: { pills: rows, operator }, columns: { pills: [columns], operator: '+' }, color };
}

function pillOf([field, use]: Wanted, { fields, calculated }: DataSource): Pill | undefined {
  if (use === 'calculated') {
    const found = calculated.find(({ name }) => name === field);
    return found && pill(found.name, CALCULATED, calculatedColumn(found));
  }
  const found = fields.find(({ table, column }) => `${table.name}.${column.name}` === field);
  return found && pill(found.name, USES[use], columnOf(found));
}

function pill(
  name: string,
  { prefix, derivation, suffix, type }: (typeof USES)[keyof typeof USES] | typeof CALCULATED,
  column: XmlElement,
): Pill {
  const instance = `${prefix}:${name}:${suffix}`;
  const use = { column: quoted(name), derivation, name: quoted(instance), pivot: 'key', type };
  return { instance, dependencies: [column, element('column-instance', use)] };
}
