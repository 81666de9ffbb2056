import type { Row } from '../../../../src/streams/field.js';
import { epochMs } from '../../../../src/time/timestamp.js';
import { balances } from '../../../deepgram/streams/account.js';
import type { TagsOf } from '../../shared/record-tags.js';
import { measureOf, textOf } from '../../shared/row-values.js';
import { fieldOf, metricName } from '../measures.js';
import type { Aggregate, Group, Metric } from '../points.js';

const AMOUNT = fieldOf(balances, 'amount');

/** Balances as gauges of the moment they were seen: a level neither adds up over time nor over units. */
export function balanceLevels(prefix: string, tagsOf: TagsOf): Aggregate {
  const groups: Group[] = [];
  return {
    add(row) {
      const value = measureOf(row, 'amount');
      const timestamp = Math.floor(epochMs(textOf(row, 'observed_at') ?? '') / 1_000);
      const points = value === null ? [] : [{ metric: balanceMetric(prefix, row), timestamp, value }];
      groups.push({ records: 1, tags: tagsOf(row).tags, points });
    },
    groups: () => groups,
  };
}

function balanceMetric(prefix: string, row: Row): Metric {
  const name = metricName(prefix, 'balance');
  const inDollars = textOf(row, 'units')?.toLowerCase() === 'usd';
  return { name, kind: 'gauge', description: AMOUNT.description, ...(inDollars ? { unit: 'dollar' } : {}) };
}
