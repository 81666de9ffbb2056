import type { Stream } from '../../../src/streams/stream.js';
import { type BillingGrouping, billingBy, billingGroupings } from './billing.js';
import { selectStreams } from './select-streams.js';
import { streamsSettings } from './streams-settings.js';
import { usageBy, usageGroupings } from './usage.js';

/** Each combination of these, in their order, and none. */
function combinationsOf([first, ...others]: readonly BillingGrouping[]): (readonly BillingGrouping[])[] {
  if (first === undefined) return [[]];
  const without = combinationsOf(others);
  return [...without.map((some) => [first, ...some]), ...without];
}

const COMBINATIONS = combinationsOf(billingGroupings).filter((some) => some.length > 0);

/**
 * The line under `streams` with which a job that has these would have one more; undefined for what is no stream.
 *
 * @param name of the stream that is lacking
 */
export function lineFor(name: string, present: readonly Stream[]): string | undefined {
  const names = [...present.map((stream) => stream.name), name];
  const [usages, isUsage] = groupings(usageGroupings, (one) => usageBy(one).name, names);
  if (isUsage) return `usage: { group_by: [${usages.join(', ')}] }`;
  const [billings, isBilling] = groupings(COMBINATIONS, (some) => billingBy(some).name, names);
  if (isBilling) {
    const each = billings.map((some) => (some.length === 1 ? some[0] : `[${some.join(', ')}]`));
    return `billing: { group_by: [${each.join(', ')}] }`;
  }
  const all = selectStreams({ ...streamsSettings.parse({}), members: {} });
  return all.some((stream) => stream.name === name) ? `${name}: {}` : undefined;
}

/** Those of these streams, in their order, and whether the last one is among them. */
function groupings<Grouping>(
  all: readonly Grouping[],
  nameOf: (grouping: Grouping) => string,
  names: readonly string[],
): [readonly Grouping[], boolean] {
  const byName = new Map(all.map((grouping) => [nameOf(grouping), grouping]));
  // Not with `flatMap`, which would take a combination apart.
  const found = names.map((name) => byName.get(name)).filter((one) => one !== undefined);
  return [found, byName.has(names.at(-1) ?? '')];
}
