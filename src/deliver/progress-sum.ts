import type { Progress } from './tally/run-tally.js';

/** Adds up how far the parts of a run are. */
export function progressSum(plannedPartitions: number, tell: (progress: Progress) => void) {
  let records = 0;
  let partitions = 0;
  return {
    /** What a part is to call, with how far it is. */
    part: () => {
      let before = { records: 0, partitions: 0 };
      return (now: Pick<Progress, 'records' | 'partitions'>): void => {
        records += now.records - before.records;
        partitions += now.partitions - before.partitions;
        before = now;
        tell({ records, partitions, plannedPartitions });
      };
    },
  };
}
