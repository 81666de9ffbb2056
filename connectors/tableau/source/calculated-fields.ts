import { dollars, MILLISECONDS, PERCENT } from './number-format.js';
import { quoted, type SourceField } from './source-fields.js';

/** A field that everybody writes, and that is written once here. */
export interface CalculatedField {
  readonly name: string;
  readonly caption: string;
  readonly description: string;
  readonly type: 'boolean' | 'real';
  readonly role: 'dimension' | 'measure';
  readonly format?: string;
  readonly formula: string;
}

/** Those whose columns are all there. */
export function calculatedFields(fields: readonly SourceField[]): readonly CalculatedField[] {
  return DEFINITIONS.flatMap(({ formula, needs, ...rest }) => {
    const names = needs.map((path) => nameOf(fields, path));
    return names.every((name) => name !== undefined) ? [{ ...rest, formula: formula(...names) }] : [];
  });
}

interface Definition extends Omit<CalculatedField, 'formula'> {
  /** The columns that it is made of, each with its table before it. */
  readonly needs: readonly `${string}.${string}`[];
  /** @param names of these columns in the data source */
  formula(...names: readonly string[]): string;
}

const DEFINITIONS: readonly Definition[] = [
  {
    name: 'Calculation_is_successful',
    caption: 'Is Successful',
    description:
      'True for a request that was answered, false for one that failed; null for what is not known',
    type: 'boolean',
    role: 'dimension',
    needs: ['requests.status'],
    formula: (status) => `IF ${status} = "success" THEN TRUE ELSEIF ${status} = "error" THEN FALSE END`,
  },
  {
    name: 'Calculation_error_rate',
    caption: 'Error Rate',
    description: 'Requests that failed, of those that failed or succeeded',
    type: 'real',
    role: 'measure',
    format: PERCENT,
    needs: ['requests.status'],
    formula: (status) => `AVG(IF ${status} = "error" THEN 1 ELSEIF ${status} = "success" THEN 0 END)`,
  },
  {
    name: 'Calculation_latency_p95',
    caption: 'Latency p95',
    description: 'The latency that 95 of 100 requests stayed below',
    type: 'real',
    role: 'measure',
    format: MILLISECONDS,
    needs: ['requests.latency_ms'],
    formula: (latency) => `PERCENTILE(${latency}, 0.95)`,
  },
  {
    name: 'Calculation_cost_per_hour',
    caption: 'Cost per Hour',
    description: 'What an hour of audio cost, of the requests that have both a cost and audio',
    type: 'real',
    role: 'measure',
    format: dollars(2),
    needs: ['requests.cost_usd', 'requests.audio_seconds'],
    formula: (cost, seconds) =>
      `3600 * SUM(IF NOT ISNULL(${seconds}) THEN ${cost} END) / SUM(IF NOT ISNULL(${cost}) THEN ${seconds} END)`,
  },
  {
    name: 'Calculation_cost_per_1000_requests',
    caption: 'Cost per 1,000 Requests',
    description: 'What a thousand requests cost, of those that have a cost',
    type: 'real',
    role: 'measure',
    format: dollars(2),
    needs: ['requests.cost_usd'],
    formula: (cost) => `1000 * AVG(${cost})`,
  },
  {
    name: 'Calculation_billed_cost_per_hour',
    caption: 'Billed Cost per Hour',
    description: 'The whole bill over all hours of audio: also where requests have no cost of their own',
    type: 'real',
    role: 'measure',
    format: dollars(2),
    needs: ['billing.cost_usd', 'usage.hours'],
    formula: (cost, hours) => `SUM(${cost}) / SUM(${hours})`,
  },
  {
    name: 'Calculation_billed_cost_per_1000_requests',
    caption: 'Billed Cost per 1,000 Requests',
    description: 'The whole bill over all requests: also where requests have no cost of their own',
    type: 'real',
    role: 'measure',
    format: dollars(2),
    needs: ['billing.cost_usd', 'usage.requests'],
    formula: (cost, requests) => `1000 * SUM(${cost}) / SUM(${requests})`,
  },
];

function nameOf(fields: readonly SourceField[], path: string): string | undefined {
  const field = fields.find(({ table, column }) => `${table.name}.${column.name}` === path);
  return field && quoted(field.name);
}
