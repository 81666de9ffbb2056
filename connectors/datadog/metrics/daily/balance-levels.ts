import type { Row } from '../../../../src/streams/field.js';
import { epochMs } from '../../../../src/time/timestamp.js';
import { balances } from '../../../deepgram/streams/account.js';
import { normalizeTag, tag, tagSet } from '../../shared/tags.js';
import { fieldOf, metricName } from '../measures.js';
import type { Aggregate, Group, Metric } from '../points.js';
import { measureOf, textOf } from '../row-values.js';

export interface BalanceLevelsOptions {
  readonly prefix: string;
  /** The project's tags and the configured ones. */
  readonly tags: readonly string[];
}

const AMOUNT = fieldOf(balances, 'amount');

/**
 * Balances as gauges of the moment they were seen, tagged `balance_id` (a project has a handful) and `units`:
 * a level neither adds up over time nor over units.
 */
export function balanceLevels({ prefix, tags }: BalanceLevelsOptions): Aggregate {
  const fixed = tags.map(normalizeTag);
  const groups: Group[] = [];
  return {
    add(row) {
      const amount = measureOf(row, 'amount');
      const timestamp = Math.floor(epochMs(textOf(row, 'observed_at') ?? '') / 1_000);
      groups.push({
        records: 1,
        tags: tagSet([
          ...fixed,
          tag('balance_id', textOf(row, 'balance_id')),
          tag('units', textOf(row, 'units')),
        ]).tags,
        points: amount === null ? [] : [{ metric: balanceMetric(prefix, row), timestamp, value: amount }],
      });
    },
    groups: () => groups,
  };
}

function balanceMetric(prefix: string, row: Row): Metric {
  const name = metricName(prefix, 'balance');
  const inDollars = textOf(row, 'units')?.toLowerCase() === 'usd';
  return { name, kind: 'gauge', description: AMOUNT.description, ...(inDollars ? { unit: 'dollar' } : {}) };
}
