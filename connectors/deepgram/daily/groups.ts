import type { Stream } from '../../../src/streams/stream.js';
import { counted } from '../../../src/text/text-table.js';
import { unknownForm } from '../api/answer-list.js';
import { arrayOf, type Json, numberOf, objectOf, textOf } from '../api/tolerant-json.js';

/** What every use has; no row of a whole answer without it is rightful. Of the other groupings null is a group. */
const ALWAYS_THERE = new Set(['endpoint', 'method', 'line_item']);

/**
 * Throws where an answer is not broken down by what was asked for, as of a server or proxy that drops `grouping`: its
 * totals would be taken for the group of what has none.
 */
export function refuseUngrouped(results: readonly unknown[], { name, groupings }: Stream): void {
  const rows = results.map(objectOf).filter((row) => row !== undefined);
  if (rows.length === 0) return;
  for (const grouping of groupings) {
    const isGiven = (row: Json) => grouping in (objectOf(row.grouping) ?? {});
    const isTold = (row: Json) => !isNothing(objectOf(row.grouping)?.[grouping]);
    const isMissing = ALWAYS_THERE.has(grouping)
      ? rows.some(isUsed) && !rows.some(isTold)
      : !rows.some(isGiven);
    if (isMissing)
      throw unknownForm(
        `The answer for ${name} is not by ${grouping}: none of its ${counted(rows.length, 'row')} names one.`,
      );
  }
}

function isNothing(value: unknown): boolean {
  return textOf(value) === null && arrayOf(value).length === 0;
}

function isUsed({ requests, dollars, hours }: Json): boolean {
  return [requests, dollars, hours].some((measure) => (numberOf(measure) ?? 0) > 0);
}
