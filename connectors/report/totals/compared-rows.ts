import type { Batch } from '../../../src/catalogue/source.js';
import type { ReconciliationRow } from '../../deepgram/streams/reconciliation.js';
import type { ComparedDay, ComparedRow } from './entry.js';

/** Keeps what was held against each other of a day: whole where it does not agree. */
export function comparedRows() {
  const equal: ComparedDay['equal'][number][] = [];
  const others: ComparedRow[] = [];
  return {
    add(batch: Batch): void {
      // Safe: the stream is the reconciliation.
      for (const row of batch as readonly ReconciliationRow[]) {
        const { project_id: _id, project_name: _name, date: _date, ...own } = row;
        if (own.verdict === 'equal') equal.push([own.comparison, own.unit, own.tolerance]);
        else others.push(own);
      }
    },
    made: (): { compared: ComparedDay } => ({ compared: { equal, others } }),
  };
}
