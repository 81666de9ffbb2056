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

const COMBINATIONS = combinationsOf(billingGroupings);

/**
 * The line under `streams` with which a job that has these would have one more; undefined for what is no stream.
 *
 * @param name of the stream that is lacking
 */
export function lineFor(name: string, present: readonly Stream[]): string | undefined {
  const isThere = (other: string) => other === name || present.some((stream) => stream.name === other);
  const usage = usageGroupings.filter((grouping) => isThere(usageBy(grouping).name));
  if (usage.some((grouping) => usageBy(grouping).name === name))
    return `usage: { group_by: [${usage.join(', ')}] }`;
  const billing = COMBINATIONS.filter((one) => one.length > 0 && isThere(billingBy(one).name));
  if (billing.some((one) => billingBy(one).name === name)) {
    const groupings = billing.map((one) => (one.length === 1 ? one[0] : `[${one.join(', ')}]`));
    return `billing: { group_by: [${groupings.join(', ')}] }`;
  }
  const all = selectStreams({ ...streamsSettings.parse({}), members: {} });
  return all.some((stream) => stream.name === name) ? `${name}: {}` : undefined;
}
