import { failureOf } from '../../../src/errors/export-error.js';
import type { Delivery } from './delivery.js';

/** Transactions at once. */
const WORKERS = 2;

interface Waiting {
  readonly delivery: Delivery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Delivers partitions as they come. What has come while the workers were busy goes together, where it is small: many
 * small transactions cost more than their rows.
 *
 * @param deliver some partitions, all or none
 */
export function deliveryQueue(
  deliver: (deliveries: readonly Delivery[], signal: AbortSignal) => Promise<void>,
) {
  const waiting: Waiting[] = [];
  let working = 0;

  const work = async (): Promise<void> => {
    for (let group = nextGroup(waiting); group.length > 0; group = nextGroup(waiting)) {
      await deliverGroup(group);
    }
  };
  const deliverGroup = async (group: readonly Waiting[]): Promise<void> => {
    const deliveries = group.map(({ delivery }) => delivery);
    try {
      await deliver(deliveries, AbortSignal.any(deliveries.map(({ signal }) => signal)));
      for (const { resolve } of group) resolve();
    } catch (error) {
      const [first, ...others] = group;
      // Who is not let in is not let in for any of them; anything else may be the trouble of one.
      if (others.length === 0 || first === undefined || isOfAll(error)) {
        for (const { reject } of group) reject(error);
      } else for (const one of group) await deliverGroup([one]);
    }
  };
  return {
    /** Resolves when the partition is there. */
    add: (delivery: Delivery): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        if (working >= WORKERS) return;
        working += 1;
        void work().finally(() => {
          working -= 1;
        });
      }),
  };
}

function nextGroup(waiting: Waiting[]): readonly Waiting[] {
  const [first] = waiting;
  if (first === undefined) return [];
  const group = first.delivery.rows.isSmall
    ? waiting.filter(({ delivery }) => delivery.rows.isSmall)
    : [first];
  for (const one of group) waiting.splice(waiting.indexOf(one), 1);
  return group;
}

function isOfAll(error: unknown): boolean {
  return ['auth', 'config', 'permanent'].includes(failureOf(error).kind);
}
