import type { Batch } from '../catalogue/source.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;

  add(batch: Batch): void {
    for (const row of batch) if (row.settled === false) this.unsettled += 1;
    this.records += batch.length;
  }
}
