import { suggestion } from '../../../src/config/mistakes/suggestion.js';
import { text } from '../../../src/config/settings/setting-types.js';
import type { Stream } from '../../../src/streams/stream.js';

/** The setting of sinks that take costs from one stream of billing. */
export function breakdownSetting() {
  return text()
    .optional()
    .describe(
      'The one stream that costs are taken from; without it the first that is read of billing_by_line_item_tags, billing_by_line_item and billing',
    );
}

/**
 * The name of the one stream that costs are taken from: every breakdown adds up to the same total, so two of them
 * would double it. Undefined where the sink gets none.
 */
export function breakdownOf({ breakdown }: Breakdown, streams: readonly Stream[]): string | undefined {
  const found = streams.filter(({ kind }) => kind === 'billing');
  if (breakdown !== undefined) return found.find(({ name }) => name === breakdown)?.name;
  const preferred = PREFERRED.flatMap(
    (groupings) => found.find((stream) => isGroupedBy(stream, groupings)) ?? [],
  );
  return preferred[0]?.name;
}

/** What is wrong with the settings of a sink that gets no such stream. */
export function breakdownMistake(
  settings: Breakdown,
  streams: readonly Stream[],
): { readonly setting: string; readonly words: string } | undefined {
  return breakdownOf(settings, streams) === undefined
    ? { setting: 'breakdown', words: wordsFor(settings, streams) }
    : undefined;
}

function wordsFor({ breakdown }: Breakdown, streams: readonly Stream[]): string {
  const names = streams.filter(({ kind }) => kind === 'billing').map(({ name }) => name);
  if (names.length === 0) return 'costs are made of billing, and this sink gets no stream of it';
  const others = names.join(', ');
  if (breakdown === undefined) {
    return `must be named, since none of billing_by_line_item_tags, billing_by_line_item and billing is read; there are ${others}`;
  }
  return `is no stream that this sink gets${suggestion(breakdown, names) || `; there are ${others}`}`;
}

/** As {@link breakdownSetting} has it. */
interface Breakdown {
  readonly breakdown?: string | undefined;
}

/** From the most telling one to the one that is always read with billing. */
const PREFERRED = [['line_item', 'tags'], ['line_item'], []];

/** In whatever order. */
function isGroupedBy(stream: Stream, groupings: readonly string[]): boolean {
  const { length } = stream.groupings;
  return length === groupings.length && groupings.every((one) => stream.groupings.includes(one));
}
