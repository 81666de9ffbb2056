import { PayloadTooLarge } from './payload.js';
import { hasStatus } from './refusal.js';

/** How items of one kind are submitted. */
export interface Submission<Item> {
  /** One item as it is called: `point`. */
  readonly noun: string;
  /** Sends all of them as one payload. */
  submit(items: readonly Item[]): Promise<void>;
  /** Datadog refuses them for good. */
  reject(items: readonly Item[], reason: string): void;
  /** Two halves of an item that is large by itself; undefined where it cannot be cut. Default: none can. */
  cut?(item: Item): readonly [Item, Item] | undefined;
}

/** Submits items as one payload, or in halves until each fits. What is too large by itself, or malformed, is rejected. */
export async function submitInHalves<Item>(
  items: readonly Item[],
  submission: Submission<Item>,
): Promise<void> {
  try {
    await submission.submit(items);
  } catch (error) {
    // A payload that Datadog calls malformed says nothing about the others.
    if (hasStatus(error, 400)) return submission.reject(items, error.message);
    if (!(error instanceof PayloadTooLarge)) throw error;
    const halves = halvesOf(items, submission);
    if (halves === undefined) {
      const reason = `a single ${submission.noun} is too large for Datadog: ${error.message}`;
      return submission.reject(items, reason);
    }
    for (const half of halves) await submitInHalves(half, submission);
  }
}

function halvesOf<Item>(
  items: readonly Item[],
  { cut }: Submission<Item>,
): readonly (readonly Item[])[] | undefined {
  const [only] = items;
  if (items.length < 2) return only && cut?.(only)?.map((half) => [half]);
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
