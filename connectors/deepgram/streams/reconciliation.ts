import { date, type RowOf, real, required, text } from '../../../src/streams/column.js';
import { defineStream, type Stream } from '../../../src/streams/stream.js';
import { DEEPGRAM, ofNamedProject } from './project-columns.js';

const reconciliationColumns = {
  ...ofNamedProject,
  date: required(date('UTC day that is compared')),
  comparison: required(text('What is compared: requests, hours, cost, usage_by_endpoint requests, …')),
  unit: required(text('Unit of the numbers: request, hour, character, token or dollar')),
  counted: real('What the records add up to; null where they are not known'),
  reported: real('What Deepgram’s own total says; null where it is not known'),
  difference: real('counted less reported; beyond what may be, where that is a range'),
  difference_percent: real('The difference in percent of what is reported; null where that is 0'),
  tolerance: required(real('A difference up to this one is none')),
  verdict: required(text('equal, explained, unexplained or unknown')),
  explanation: text('What explains the difference, or why nothing can be said'),
};
export type ReconciliationRow = RowOf<typeof reconciliationColumns>;
export type Verdict = 'equal' | 'explained' | 'unexplained' | 'unknown';

/** The kind of its stream, and its name. */
export const RECONCILIATION = 'reconciliation';

/** A balance is held against bills since the look before it, so many days back at most: further back it says little of a day. */
export const MOST_DAYS_BETWEEN_LOOKS = 7;

/** What everything else is held against. */
const MAIN = ['requests', 'usage', 'billing'];

/**
 * Whether it adds up: a record a day and comparison.
 *
 * @param streams those that are read
 * @returns undefined where no two of them say the same in two ways
 */
export function reconciliationOf(streams: readonly Stream[]): Stream | undefined {
  const has = (kind: string) =>
    streams.some((stream) => stream.kind === kind && stream.groupings.length === 0);
  const isCompared = ({ kind, groupings }: Stream) => {
    if (groupings.length > 0) return has(kind);
    if (kind === 'requests') return has('usage') || has('billing');
    if (kind === 'balances') return has('billing');
    return MAIN.includes(kind);
  };
  const isBill = ({ kind, groupings }: Stream) => kind === 'billing' && groupings.length === 0;
  const inputs = streams.filter(isCompared);
  if (inputs.length < 2) return undefined;
  return defineStream({
    source: DEEPGRAM,
    kind: RECONCILIATION,
    name: RECONCILIATION,
    description:
      'Whether it adds up: what records come to against Deepgram’s own totals, one record a day and comparison',
    use: 'Whether the other tables agree with each other. Look at the rows whose verdict is unexplained.',
    partitionedBy: 'day',
    key: ['project_id', 'date', 'comparison'],
    columns: reconciliationColumns,
    derivedFrom: inputs,
    derivedAfter: Object.fromEntries(
      inputs.some(({ kind }) => kind === 'balances')
        ? inputs.filter(isBill).map(({ name }) => [name, MOST_DAYS_BETWEEN_LOOKS])
        : [],
    ),
    derivedWithout: MAIN.filter((kind) => !inputs.some((stream) => stream.kind === kind)),
  });
}
