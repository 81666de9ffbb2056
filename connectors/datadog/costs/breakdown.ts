import { suggestion } from '../../../src/config/mistakes/suggestion.js';
import type { SelectedStream, StreamOrigin } from '../../deepgram/streams/select-streams.js';
import type { DatadogCostsSettings } from './costs-settings.js';

/**
 * The name of the one stream that costs are taken from: every breakdown adds up to the same total, so two of them
 * would double it. Undefined where the sink gets none.
 */
export function breakdownOf(
  { breakdown }: Pick<DatadogCostsSettings, 'breakdown'>,
  streams: readonly SelectedStream[],
): string | undefined {
  const names = billingStreams(streams).map(({ stream }) => stream.name);
  if (breakdown !== undefined) return names.find((name) => name === breakdown);
  for (const groupings of PREFERRED) {
    const found = streams.find(({ origin }) => isGroupedBy(origin, groupings));
    if (found !== undefined) return found.stream.name;
  }
  return undefined;
}

/** What is wrong where there is no such stream. */
export function breakdownMistake(
  { breakdown }: Pick<DatadogCostsSettings, 'breakdown'>,
  streams: readonly SelectedStream[],
): string {
  const names = billingStreams(streams).map(({ stream }) => stream.name);
  if (names.length === 0) return 'costs are made of billing, and this sink gets no stream of it';
  const others = names.join(', ');
  if (breakdown === undefined) {
    return `must be named, since none of billing_by_line_item_tags, billing_by_line_item and billing is read; there are ${others}`;
  }
  return `is no stream that this sink gets${suggestion(breakdown, names) || `; there are ${others}`}`;
}

/** From the most telling one to the one that is always read with billing. */
const PREFERRED = [['line_item', 'tags'], ['line_item'], []];

function billingStreams(streams: readonly SelectedStream[]): readonly SelectedStream[] {
  return streams.filter(({ origin }) => origin.of === 'billing' || origin.of === 'billing_by');
}

function isGroupedBy(origin: StreamOrigin, groupings: readonly string[]): boolean {
  if (origin.of === 'billing') return groupings.length === 0;
  if (origin.of !== 'billing_by' || origin.groupings.length !== groupings.length) return false;
  return groupings.every((grouping) => origin.groupings.some((own) => own === grouping));
}
