import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import { counted, formatCount } from '../../../src/text/text-table.js';

/** Keys of a project that were used, and how many of them no list names. */
export interface UnnamedKeys {
  readonly project: Project;
  readonly of: number;
  readonly count: number;
}

/** One sentence for all projects, however many; undefined where there is nothing to tell. */
export function unnamedKeysWarning(found: readonly UnnamedKeys[]): string | undefined {
  const [first] = found;
  if (first === undefined) return undefined;
  const count = sum(found.map((one) => one.count));
  const of = sum(found.map((one) => one.of));
  const where = found.length === 1 ? calledAs(first.project) : counted(found.length, 'project');
  return (
    `${formatCount(count)} of ${counted(of, 'key')} that were used in ${where} ${count === 1 ? 'has' : 'have'} no name: ` +
    'an Admin’s or Member’s key lists only its own, and a key that was deleted is listed nowhere.'
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
