import { EXIT } from '../../../src/report/exit-code.js';
import { failureLines } from '../../../src/report/failure-lines.js';
import { textTable } from '../../../src/text/text-table.js';
import type { Result } from './install-assets.js';

/** A line for each asset: what was done, what it is, and where it is to be seen. */
export function resultLines(results: readonly Result[]): string[] {
  return textTable(
    ['left', 'left', 'left', 'left'],
    results.map(({ outcome, kind, title, url }) => [outcome, kind, title, url ?? '']),
  );
}

/** What went wrong and what to do, each once: a key that is refused is refused for everything. */
export function failuresOf(results: readonly Result[]): string[] {
  const texts = results.flatMap(({ failure }) => (failure === undefined ? [] : failureLines(failure)));
  return [...new Set(texts)];
}

/** As a run of the export has it: 4 where some failed, 5 where all did. */
export function exitCodeOf(results: readonly Result[]): number {
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (failed === 0) return EXIT.delivered;
  return failed === results.length ? EXIT.allSinks : EXIT.someSinks;
}
