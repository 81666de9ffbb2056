import type { ProgramContext } from '../../catalogue/cli-context.js';
import { ExportError } from '../../errors/export-error.js';

/** Each takes some 100 MB, and all of them together no more calls at once than one. */
const MOST_PROCESSES = 64;

/** What `--jobs` asks for. */
export function processCount(jobs: number, { program }: ProgramContext): number {
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_PROCESSES) {
    throw new ExportError('USAGE', `--jobs must be a whole number from 1 to ${MOST_PROCESSES}.`, {
      kind: 'config',
      hint: 'As many as the machine has cores are enough.',
    });
  }
  if (jobs > 1 && program === undefined) {
    throw new ExportError('USAGE', '--jobs: no other process can be started from here.', {
      kind: 'config',
      hint: 'Run the program by itself, or leave --jobs out.',
    });
  }
  return jobs;
}
